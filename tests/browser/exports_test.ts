/** Exports in the programs that they are for: speedscope, and DevTools of Chromium. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { withTool } from "../helpers/browser.ts";
import { difficultRun } from "../helpers/export_fixture.ts";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

/** As in a fixture's run: what never ends does so with it. */
const RUN_END_NS = 2e9;

async function withRun(
  use: (exported: (format: string) => Promise<string>, recording: string) => Promise<void>,
): Promise<void> {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "run.duckdb");
    await writeRecording(recording, [difficultRun()]);
    await use(async (format) => {
      const file = join(folder, `trace.${format}`);
      const { exitCode, stderr } = await ferret([
        "export",
        recording,
        "--format",
        format,
        "-o",
        file,
      ]);
      assert.equal(exitCode, 0, stderr);
      return file;
    }, recording);
  });
}

interface SpeedscopeFile {
  profiles: {
    name: string;
    unit: string;
    endValue: number;
    events: { type: "O" | "C"; frame: number; at: number }[];
  }[];
  shared: { frames: { name: string }[] };
}

/** Opens files in speedscope, and has it write down what it read. */
async function inSpeedscope(paths: readonly string[]): Promise<SpeedscopeFile[]> {
  const app = createRequire(import.meta.url).resolve("speedscope/package.json");
  const url = pathToFileURL(join(dirname(app), "dist", "release", "index.html")).href;
  const read: SpeedscopeFile[] = [];
  await withTool(url, async (page) => {
    for (const path of paths) {
      await page.reload();
      await page.setInputFiles("input[type=file]", path);
      await page.getByText("Left Heavy").waitFor();
      const saved = page.waitForEvent("download");
      await page.keyboard.press("Control+s");
      read.push(JSON.parse(readFileSync(await (await saved).path(), "utf8")));
    }
  });
  return read;
}

/** Times by name, added up. */
function totalsOf(
  { profiles, shared }: SpeedscopeFile,
): Map<string, { count: number; ns: number }> {
  const totals = new Map<string, { count: number; ns: number }>();
  for (const { events } of profiles) {
    const open: { frame: number; at: number }[] = [];
    for (const { type, frame, at } of events) {
      if (type === "O") {
        open.push({ frame, at });
        continue;
      }
      const opened = open.pop()!;
      assert.equal(opened.frame, frame);
      const { name } = shared.frames[frame]!;
      const total = totals.get(name) ?? { count: 0, ns: 0 };
      totals.set(name, { count: total.count + 1, ns: total.ns + at - opened.at });
    }
    assert.deepEqual(open, []);
  }
  return totals;
}

/** It draws nothing for what takes no time. */
const TOTALS = `SELECT name, count(*) AS count, sum(coalesce(duration_ns,
    ${RUN_END_NS} - (start_ns - epoch_ns((SELECT started_at FROM runs)))))::DOUBLE AS ns
  FROM spans WHERE duration_ns IS DISTINCT FROM 0 GROUP BY name`;

test("speedscope reads what the recording holds, from each format that it knows", () =>
  withRun(async (exported, recording) => {
    const [own, folded, chrome] = await inSpeedscope([
      await exported("speedscope"),
      await exported("folded"),
      await exported("chrome"),
    ]);
    const expected = await query(recording, TOTALS);
    assertProfiles(own!, expected);
    const [row] = await query(recording, "SELECT sum(self_ns)::DOUBLE AS ns FROM spans");
    assertStacks(folded!, Number(row!["ns"]));
    const names = new Set(chrome!.shared.frames.map(({ name }) => name.split(" {")[0]));
    for (const { name } of expected) {
      // It puts what it knows besides behind the name.
      const short = String(name).split(" {")[0]!;
      assert.ok(names.has(short) || short === "", short);
    }
  }));

/** The same names and times, and a profile for each lane. */
function assertProfiles(read: SpeedscopeFile, expected: Record<string, unknown>[]): void {
  const totals = totalsOf(read);
  assert.equal(totals.size, expected.length);
  for (const { name, count, ns } of expected) {
    assert.deepEqual(totals.get(String(name)), { count, ns }, String(name));
  }
  const names = read.profiles.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.filter((name) => /^main( \+\d+)?, .*pid 501/.test(name)).length > 2);
  assert.ok(names.some((name) => name.startsWith("worker 2 (")));
  assert.ok(names.some((name) => name.startsWith("main, process 2 (pid 502)")));
  assert.ok(read.profiles.every(({ unit }) => unit === "nanoseconds"));
}

/** The same names and times, these rounded to microseconds for each path. */
function assertStacks({ profiles: [profile], shared }: SpeedscopeFile, selfNs: number): void {
  const names = shared.frames.map(({ name }) => name);
  assert.ok(["GET /1", "left", "detached"].every((name) => names.includes(name)));
  assert.ok(names.every((name) => !/[\n\r;]/.test(name)));
  assert.ok(Math.abs(profile!.endValue - selfNs / 1000) < 100);
}

/** The trace engine of DevTools, which comes with Chromium, says what each slice lies in. */
async function nestingInDevTools(path: string): Promise<Map<number, number | undefined>> {
  const nesting = new Map<number, number | undefined>();
  await withTool("devtools://devtools/bundled/trace_app.html", async (page) => {
    const slices = await page.evaluate(async (text) => {
      const address = "devtools://devtools/bundled/models/trace/trace.js";
      const { TraceModel } = await import(address);
      const model = TraceModel.Model.createWithAllHandlers();
      await model.parse(JSON.parse(text).traceEvents, { isFreshRecording: false });
      interface Node {
        entry: { args: Record<string, number> };
        parent: Node | null;
      }
      const nodes: Map<unknown, Node> = model.parsedTrace(0).data.Renderer.entryToNode;
      return Array.from(nodes.values(), ({ entry, parent }) => ({
        spanId: entry.args["span.id"]!,
        parentId: parent?.entry.args["span.id"],
      }));
    }, readFileSync(path, "utf8"));
    for (const { spanId, parentId } of slices) nesting.set(spanId, parentId);
    assert.equal(nesting.size, slices.length);
  });
  return nesting;
}

test("DevTools reads every span of a Chrome trace, and puts none into what did not call it", () =>
  withRun(async (exported, recording) => {
    const nesting = await nestingInDevTools(await exported("chrome"));
    const spans = await query(recording, "SELECT span_id, parent_span_id, name FROM spans");
    assert.equal(nesting.size, spans.length);
    for (const { span_id: spanId, parent_span_id: parentId, name } of spans) {
      const found = nesting.get(Number(spanId));
      // What takes no time lies in nothing that takes none.
      if (found !== undefined && name !== "emptier") assert.equal(found, parentId, String(name));
      if (name === "left" || name === "inner") assert.equal(found, parentId);
    }
  }));
