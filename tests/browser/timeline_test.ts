/** Timeline and flame graph in Chromium, up to as many slices as a page can have. */
import { strict as assert } from "node:assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { FERRET_VERSION } from "../../src/model/version.ts";
import { clientBundle } from "../../src/report/client_bundle.ts";
import { encodeBlock } from "../../src/report/embed.ts";
import { htmlPage } from "../../src/report/html.ts";
import type { Overview, Slices } from "../../src/report/page_requests.ts";
import { withPage } from "../helpers/browser.ts";
import { ferret } from "../helpers/ferret.ts";
import { shopRun } from "../helpers/page_fixture.ts";
import { withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

const MOST_SLICES = 200_000;

test("a flame graph merges calls and looks at one of them", async () => {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "shop.duckdb");
    await writeRecording(recording, [shopRun()]);
    const html = join(folder, "report.html");
    await ferret(["report", recording, "--html", html]);
    const tree = JSON.parse(
      (await ferret(["report", recording, "--tree", "--format", "json"])).stdout,
    ) as { tree: { name: string; count: number; total_ns: number }[] };
    await withPage(html, { hash: "#/0/flame" }, async (page) => {
      await page.locator("canvas").focus();
      // The longest is the first.
      await page.keyboard.press("ArrowDown");
      const details = (await page.locator("aside.details").textContent())!;
      assert.ok(details.includes(tree.tree[0]!.name));
      assert.ok(details.includes(`Calls${tree.tree[0]!.count}`));
      await page.getByRole("searchbox").fill("orders");
      await page.keyboard.press("Enter");
      assert.equal(await page.locator("aside.details h3").textContent(), "SELECT orders");
      assert.ok((await page.locator("aside.details").textContent())!.includes("GET /users/:id"));
      const before = await frames(page);
      await page.getByRole("button", { name: "Zoom in" }).click();
      await page.waitForFunction(
        (count) => Number(document.querySelector("canvas")!.dataset["frames"]) > count,
        before,
      );
    });
  });
});

test("200,000 slices are searched, moved, and zoomed to a microsecond and back", async () => {
  await withFolder({}, async (folder) => {
    const html = join(folder, "large.html");
    await writeLargePage(html);
    await withPage(html, { hash: "#/0/timeline" }, async (page) => {
      const { width, height, x, y } = (await page.locator(".slices canvas").boundingBox())!;
      await page.mouse.move(x + width / 2, y + height / 3);
      const figures = await page.evaluate(async () => {
        const canvas = document.querySelector<HTMLCanvasElement>(".slices canvas")!;
        const times: number[] = [];
        const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
        const from = performance.now();
        for (let i = 0; i < 90; i++) {
          const { left, top, width } = canvas.getBoundingClientRect();
          // In by a factor of 10,000, along, and out again.
          canvas.dispatchEvent(
            new WheelEvent("wheel", {
              deltaY: i < 30 ? -200 : i < 60 ? 0 : 200,
              deltaX: i >= 30 && i < 60 ? 60 : 0,
              clientX: left + width / 2,
              clientY: top + 100,
              cancelable: true,
            }),
          );
          await frame();
          await frame();
          times.push(Number(canvas.dataset["frameMs"]));
        }
        times.sort((a, b) => a - b);
        return {
          medianMs: times[45]!,
          worstMs: times.at(-1)!,
          framesPerSecond: 180 / ((performance.now() - from) / 1000),
        };
      });
      console.log(
        `${MOST_SLICES} slices: a frame takes ${figures.medianMs.toFixed(1)} ms, at most ` +
          `${figures.worstMs.toFixed(1)} ms, ${figures.framesPerSecond.toFixed(0)} frames/s`,
      );
      // No more than that it does not hang: this machine may be busy.
      assert.ok(figures.medianMs < 1000);
      await page.getByRole("searchbox").fill("work 7");
      await page.keyboard.press("Enter");
      assert.match(
        (await page.locator(".canvas-tools [role=status]").textContent())!,
        /^1 of 20,000$/,
      );
      for (let i = 0; i < 40; i++) await page.getByRole("button", { name: "Zoom in" }).click();
      await page.getByRole("button", { name: "All: show everything" }).click();
    });
  });
});

function frames(page: Page): Promise<number> {
  return page.evaluate(() => Number(document.querySelector("canvas")!.dataset["frames"]));
}

/** Calls of ten names, four deep, in eight threads, without a pause. */
async function writeLargePage(path: string): Promise<void> {
  const slices: Slices = {
    keys: Array.from({ length: 10 }, (_, i) => ({ name: `work ${i}`, scope: "function" })),
    key: [],
    spanId: [],
    traceId: [],
    parentId: [],
    startNs: [],
    durationNs: [],
    selfNs: [],
    threadId: [],
    status: [],
  };
  for (let i = 0; i < MOST_SLICES; i++) {
    const depth = i % 4;
    const group = Math.floor(i / 4);
    const thread = group % 8;
    slices.key.push(i % 10);
    slices.spanId.push(i + 1);
    slices.traceId.push(group * 4 + 1);
    slices.parentId.push(depth === 0 ? -1 : i);
    slices.startNs.push(Math.floor(group / 8) * 10_000 + depth * 1_000);
    slices.durationNs.push(9_500 - depth * 2_000);
    slices.selfNs.push(1_000);
    slices.threadId.push(thread + 1);
    slices.status.push(0);
  }
  const head = {
    ferretVersion: FERRET_VERSION,
    runs: [{ title: "large", source: "l" }],
    omissions: [],
  };
  const blocks = [
    encodeBlock({ kind: "overview", run: 0 }, overviewOf(MOST_SLICES / 32 * 10_000)),
    encodeBlock({ kind: "slices", run: 0 }, slices),
  ];
  const page = htmlPage({ client: await clientBundle(), head, blocks });
  writeFileSync(path, [...page].join(""));
}

function overviewOf(durationNs: number): Partial<Overview> {
  return {
    run: {
      durationNs,
      command: "large",
      args: [],
      status: "complete",
    } as unknown as Overview["run"],
    threads: Array.from({ length: 8 }, (_, i) => ({
      processId: 1,
      parentProcessId: undefined,
      threadId: i + 1,
      pid: 1,
      name: "",
      kind: i === 0 ? "main" : "worker",
    })),
    rows: [],
    metrics: [],
    series: [],
    hooks: [],
  };
}
