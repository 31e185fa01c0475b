/** The page of a run in Chromium: what it shows is what the JSON says. */
import { strict as assert } from "node:assert";
import { join } from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { formatDuration } from "../../src/model/duration.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { go, withPage } from "../helpers/browser.ts";
import { ferret } from "../helpers/ferret.ts";
import { HOSTILE_NAME, shopRun } from "../helpers/page_fixture.ts";
import { withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

interface Json {
  loss: { stored: number; lost: number };
  spans: Record<string, string | number | null>[];
}

async function withShop(use: (html: string, json: Json) => Promise<void>): Promise<void> {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "shop.duckdb");
    await writeRecording(recording, [shopRun()]);
    const html = join(folder, "report.html");
    const written = await ferret(["report", recording, "--html", html]);
    assert.equal(written.exitCode, 0, written.stderr);
    const { stdout } = await ferret(["report", recording, "--format", "json"]);
    await use(html, JSON.parse(stdout));
  });
}

/** Texts of the cells of the table. */
function cells(page: Page): Promise<string[][]> {
  return page.$$eval(
    "table.names tbody tr",
    (rows) =>
      rows.map((row) => [...row.querySelectorAll("th, td")].map((cell) => cell.textContent!)),
  );
}

function names(page: Page): Promise<string[]> {
  return page.$$eval("table.names tbody .name", (links) => links.map((link) => link.textContent!));
}

test("the table shows what report --format json says, in the same order", async () => {
  await withShop(async (html, { spans }) => {
    await withPage(html, {}, async (page) => {
      const time = (ns: string | number | null) => ns === null ? "–" : formatDuration(Number(ns));
      const expected = spans.map((row) => [
        `${row["name"] === "" ? "(no name)" : sanitize(String(row["name"]))}${row["scope"]}`,
        String(row["count"]),
        String(row["errors"]),
        ...["total", "self", "mean", "p50", "p90", "p95", "p99", "max"]
          .map((name) => time(row[`${name}_ns`]!)),
        "",
      ]);
      assert.deepEqual(await cells(page), expected);
    });
  });
});

test("names, arguments, attributes and threads stay text, whatever they are", async () => {
  await withShop(async (html) => {
    await withPage(html, { hash: "#/" }, async (page) => {
      assert.ok((await names(page)).includes(sanitize(HOSTILE_NAME)));
      assert.equal(await page.locator("img").count(), 0);
      await page.getByRole("link", { name: "alert" }).first().click();
      await page.waitForSelector("h1.name-title");
      assert.equal(await page.locator("h1.name-title").textContent(), sanitize(HOSTILE_NAME));
      await page.getByRole("link", { name: "Show the trace" }).first().click();
      await page.waitForSelector("aside.details");
      const details = await page.locator("aside.details").textContent();
      assert.equal(details!.split(sanitize(HOSTILE_NAME)).length, 6);
      assert.equal(await page.locator("img").count(), 0);
      await go(page, "#/0/timeline");
      assert.ok(!(await page.title()).includes("\u202e"));
    });
  });
});

test("the table is sorted, searched and narrowed to scopes", async () => {
  await withShop(async (html, { spans }) => {
    await withPage(html, {}, async (page) => {
      await page.getByRole("button", { name: "Count" }).click();
      const counts = (await cells(page)).map((row) => Number(row[1]));
      assert.deepEqual(counts, counts.toSorted((a, b) => b - a));
      assert.equal(await page.locator("th[aria-sort=descending]").textContent(), "Count");
      await page.getByRole("button", { name: "Count" }).click();
      assert.deepEqual((await cells(page)).map((row) => Number(row[1])), counts.toReversed());
      await page.getByRole("searchbox").fill("select");
      assert.deepEqual((await names(page)).toSorted(), ["SELECT orders", "SELECT users"]);
      await page.getByRole("searchbox").fill("");
      await page.getByRole("button", { name: "db", exact: true }).click();
      assert.equal((await names(page)).length, spans.length - 2);
    });
  });
});

test("the run, its losses, findings and metrics stand above the table", async () => {
  await withShop(async (html, { loss }) => {
    await withPage(html, {}, async (page) => {
      const text = (await page.locator("main").textContent())!;
      assert.ok(text.includes(`${loss.lost} spans lost`));
      assert.ok(text.includes(`Spans${loss.stored.toLocaleString("en-US")}`));
      assert.ok(text.includes("Never ended"));
      const charts = await page.$$eval(
        ".charts figcaption span:first-child",
        (titles) => titles.map((title) => title.textContent),
      );
      assert.deepEqual(charts, [
        "Spans a second",
        "Event loop late by",
        "Memory",
        "CPU cores busy",
      ]);
      await page.waitForSelector(".uplot canvas");
    });
  });
});

test("a name has the distribution that the JSON has, and examples of its parts", async () => {
  await withShop(async (html, { spans }) => {
    const row = spans.find(({ name }) => name === "GET /users/:id")!;
    await withPage(html, { hash: "#/0/name/http.server/GET%20%2Fusers%2F%3Aid" }, async (page) => {
      const tiles = await page.$$eval(".tile", (all) =>
        Object.fromEntries(
          all.map((tile) => [
            tile.querySelector("dt")!.textContent,
            tile.querySelector("dd")!.firstChild!.textContent,
          ]),
        ));
      assert.equal(tiles["Count"], String(row["count"]));
      for (const [title, field] of [["p50", "p50"], ["p99", "p99"], ["Slowest", "max"]] as const) {
        assert.equal(tiles[title], formatDuration(Number(row[`${field}_ns`])));
      }
      const label = await page.locator(".histogram svg").getAttribute("aria-label");
      assert.ok(label!.includes(`p50 ${tiles["p50"]}`));
      const examples = await page.$$eval(
        "[aria-labelledby=examples-title] tbody tr",
        (rows) => rows.map((row) => [...row.children].slice(0, 2).map((cell) => cell.textContent)),
      );
      assert.deepEqual(examples, [
        ["Slowest", tiles["Slowest"]],
        ["p99", tiles["p99"]],
        ["p90", tiles["p90"]],
        ["Median", tiles["p50"]],
        ["Fastest", tiles["Fastest"]],
      ]);
    });
  });
});

test("a function says where it is", async () => {
  await withShop(async (html) => {
    await withPage(html, { hash: "#/0/name/function/render" }, async (page) => {
      assert.equal(await page.locator(".places code").textContent(), "src/render.ts:12");
    });
  });
});

test("in a narrow window nothing lies on something else, and only tables scroll sideways", async () => {
  await withShop(async (html) => {
    await withPage(html, { width: 400 }, async (page) => {
      const name = "#/0/name/http.server/GET%20%2Fusers%2F%3Aid";
      for (const hash of ["#/0/overview", name, "#/0/flame", "#/0/timeline"]) {
        await go(page, hash);
        const beyond = await page.evaluate(() => document.body.scrollWidth - innerWidth);
        assert.ok(beyond <= 0, `${hash} is ${beyond} pixels too wide`);
      }
      await go(page, "#/0/overview");
      const overlaps = await page.$$eval(
        "table.names tbody tr",
        (rows) =>
          rows.filter((row) => {
            const line = row.querySelector(".name-line")!.getBoundingClientRect();
            return line.right > row.querySelector("td")!.getBoundingClientRect().left;
          }).length,
      );
      assert.equal(overlaps, 0);
    });
  });
});
