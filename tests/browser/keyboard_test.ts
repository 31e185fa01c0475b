/** The page without a pointer, for readers of screens, and on paper. */
import { strict as assert } from "node:assert";
import { join } from "node:path";
import { test } from "node:test";
import { go, shown, withPage } from "../helpers/browser.ts";
import { ferret } from "../helpers/ferret.ts";
import { shopRun } from "../helpers/page_fixture.ts";
import { withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

async function withReport(use: (html: string) => Promise<void>): Promise<void> {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "shop.duckdb");
    await writeRecording(recording, [shopRun()]);
    const html = join(folder, "report.html");
    assert.equal((await ferret(["report", recording, "--html", html])).exitCode, 0);
    await use(html);
  });
}

test("keys reach every view, the search and the list of keys", async () => {
  await withReport(async (html) => {
    await withPage(html, {}, async (page) => {
      await page.keyboard.press("/");
      assert.equal(await page.evaluate(() => document.activeElement?.tagName), "INPUT");
      await page.keyboard.type("render");
      await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 1);
      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.querySelectorAll("tbody tr").length > 1);
      await page.locator("main").focus();
      for (
        const [key, hash] of [["2", "#/0/flame"], ["3", "#/0/timeline"], ["1", "#/0/overview"]]
      ) {
        await page.keyboard.press(key!);
        await page.waitForFunction((wanted) => location.hash === wanted, hash);
        await shown(page);
      }
      await page.keyboard.press("?");
      await page.waitForSelector("dialog[open]");
      await page.keyboard.press("Escape");
      await page.waitForSelector("dialog", { state: "detached" });
    });
  });
});

test("everything that can be used has a name, and headings and tables are what they seem", async () => {
  await withReport(async (html) => {
    await withPage(html, {}, async (page) => {
      for (const hash of ["#/", "#/0/flame", "#/0/timeline", "#/0/name/function/render"]) {
        await go(page, hash);
        const nameless = await page.$$eval(
          "button, a, input, select, canvas:not(.uplot canvas), figure, svg[role=img]",
          (elements) =>
            elements.filter((element) =>
              !element.getAttribute("aria-label") && !element.textContent!.trim()
            ).map((element) => element.outerHTML.slice(0, 80)),
        );
        assert.deepEqual(nameless, []);
        assert.equal(await page.locator("main").count(), 1);
        assert.equal(await page.locator("[aria-current=page]").first().isVisible(), true);
      }
    });
  });
});

test("slices are chosen, followed and zoomed with keys, and said aloud", async () => {
  await withReport(async (html) => {
    await withPage(html, { hash: "#/0/timeline" }, async (page) => {
      await page.locator("canvas").focus();
      await page.keyboard.press("ArrowRight");
      const chosen = () => page.locator("aside.details h3").textContent();
      assert.equal(await chosen(), "GET /users/:id");
      await page.keyboard.press("ArrowDown");
      assert.equal(await chosen(), "SELECT users");
      assert.match(
        (await page.locator(".slices [role=status]").textContent())!,
        /^SELECT users, 1\.\d\dms, self/,
      );
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("Enter");
      assert.equal(await chosen(), "GET /users/:id");
      await page.keyboard.press("Escape");
    });
  });
});

test("the theme is the system's until somebody chooses, and paper is light", async () => {
  await withReport(async (html) => {
    await withPage(html, { colorScheme: "dark" }, async (page) => {
      const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const dark = await ground();
      await page.getByRole("combobox", { name: "Theme" }).selectOption("light");
      const light = await ground();
      assert.equal(light, "rgb(255, 255, 255)");
      assert.notEqual(dark, light);
      // The browser stores it a moment later.
      for (
        let reloads = 0;
        reloads === 0 || (await ground() !== light && reloads < 20);
        reloads++
      ) {
        await page.reload();
        await shown(page);
      }
      assert.equal(await ground(), light);
      await page.getByRole("combobox", { name: "Theme" }).selectOption("system");
      assert.equal(await ground(), dark);
      await page.emulateMedia({ media: "print" });
      await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
      assert.equal(await ground(), light);
      assert.equal(await page.locator(".tabs").isVisible(), false);
      const table = await page.locator("table.names").boundingBox();
      assert.ok(table!.width <= 1280);
      const pdf = await page.pdf({ format: "A4" });
      assert.ok(pdf.length > 10_000);
      await page.evaluate(() => dispatchEvent(new Event("afterprint")));
    });
  });
});
