/** Two runs on one page. */
import { strict as assert } from "node:assert";
import { join } from "node:path";
import { test } from "node:test";
import { go, withPage } from "../helpers/browser.ts";
import { ferret } from "../helpers/ferret.ts";
import { shopRun } from "../helpers/page_fixture.ts";
import { withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

test("two runs are compared by name, distribution and path", async () => {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "shop.duckdb");
    const slower = shopRun({ runId: "run-2" }, 2);
    await writeRecording(recording, [
      shopRun(),
      { ...slower, spans: [...slower.spans, { name: "added", durationNs: 500, traceId: 9_999 }] },
    ]);
    const html = join(folder, "two.html");
    const { exitCode, stderr } = await ferret([
      "report",
      `${recording}#1`,
      `${recording}#2`,
      "--html",
      html,
    ]);
    assert.equal(exitCode, 0, stderr);
    await withPage(html, { hash: "#/compare" }, async (page) => {
      const rows = await page.$$eval(
        "table.names tbody tr",
        (all) =>
          all.map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent!)),
      );
      const find = (name: string) => rows.find(([title]) => title!.startsWith(name))!;
      const request = find("GET /users/:id");
      assert.equal(request[1], "300 → 300");
      assert.equal(request[2], "0%");
      assert.ok(request[3]!.startsWith("+"));
      assert.equal(request[5], "+100%");
      assert.equal(find("added")[2], "new");
      // What takes most time more stands first.
      assert.equal(rows[0], request);
      await page.getByRole("link", { name: "GET /users/:id" }).click();
      await page.waitForSelector(".compared");
      const label = await page.locator(".compared svg").getAttribute("aria-label");
      assert.ok(label!.includes("Baseline") && label!.includes("Candidate"));
      await go(page, "#/compare/flame");
      await page.locator("canvas").focus();
      await page.keyboard.press("ArrowDown");
      const details = (await page.locator("aside.details").textContent())!;
      assert.match(details, /baseline .*\+100%/);
      await go(page, "#/1/overview");
      await page.getByRole("link", { name: "added" }).waitFor();
      await go(page, "#/0/overview");
      assert.equal(await page.getByRole("link", { name: "added" }).count(), 0);
    });
  });
});
