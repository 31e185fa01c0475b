/** What goes into a page, and what does not when there is too much. */
import { strict as assert } from "node:assert";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { embedRuns } from "../../src/report/embed.ts";
import type { NameDetail, Overview, Slices } from "../../src/report/page_requests.ts";
import { openRecording } from "../../src/store/reader/open.ts";
import { shopRun } from "../helpers/page_fixture.ts";
import { withFolder } from "../helpers/processes.ts";
import {
  type RunFixture,
  writeParquetRecording,
  writeRecording,
} from "../helpers/recording_fixture.ts";

const MEGABYTE = 1e6;

async function embedded(run: RunFixture, maxBytes: number) {
  return await withFolder({}, async (folder) => {
    const recording = join(folder, "shop.duckdb");
    await writeRecording(recording, [run]);
    return await embedRecording(recording, maxBytes);
  });
}

async function embedRecording(recording: string, maxBytes: number) {
  const reader = await openRecording(recording);
  try {
    const { blocks, omissions } = await embedRuns([reader], { maxBytes });
    const answers = new Map(blocks.map(({ key, text }) => [key, decode(text)]));
    const bytes = blocks.reduce((sum, { text }) => sum + text.length, 0);
    return { answers, omissions, bytes };
  } finally {
    reader.close();
  }
}

function decode(text: string): unknown {
  return JSON.parse(
    inflateRawSync(Buffer.from(text, "base64")).toString(),
  );
}

test("a small run is embedded as a whole", async () => {
  const { answers, omissions } = await embedded(shopRun(), 20 * MEGABYTE);
  assert.deepEqual(omissions, []);
  const overview = answers.get("overview 0") as Overview;
  const slices = answers.get("slices 0") as Slices;
  assert.equal(slices.key.length, overview.loss.stored);
  assert.equal(slices.cut, undefined);
  for (const { name, scope } of overview.rows) {
    const detail = answers.get(`name 0 ${scope}:${name}`) as NameDetail;
    for (const { spanId } of detail.examples) assert.ok(answers.has(`trace 0 ${spanId}`));
    const counted = detail.heat.cells.filter((_, i) => i % 3 === 2).reduce((a, b) => a + b, 0);
    assert.equal(counted, overview.rows.find((row) => row.name === name)!.count);
  }
});

test("a folder of Parquet files gives the same page", async () => {
  await withFolder({}, async (folder) => {
    await writeRecording(join(folder, "a.duckdb"), [shopRun()]);
    await writeParquetRecording(join(folder, "a.parquet"), [shopRun()]);
    const one = await embedRecording(join(folder, "a.duckdb"), MEGABYTE);
    const other = await embedRecording(join(folder, "a.parquet"), MEGABYTE);
    assert.deepEqual([...other.answers], [...one.answers]);
  });
});

test("a trace has what is below its span and nothing beside it", async () => {
  const { answers } = await embedded({
    spans: [
      { name: "main", durationNs: 1000, startNs: 0 },
      { name: "a", durationNs: 100, startNs: 10, parentId: 1 },
      { name: "below a", durationNs: 50, startNs: 20, parentId: 2 },
      { name: "beside a", durationNs: 80, startNs: 30, parentId: 1 },
    ],
  }, MEGABYTE);
  const trace = answers.get("trace 0 2") as Slices;
  assert.deepEqual(trace.key.map((key) => trace.keys[key]!.name), ["a", "below a"]);
  assert.deepEqual(trace.parentId, [1, 2]);
});

test("a page is no larger than it may be, has the longest spans and says what is left out", async () => {
  const run = shopRun();
  const { bytes: least, answers: few, omissions: most } = await embedded(run, 0);
  assert.deepEqual([...few.keys()], ["overview 0", "calls 0"]);
  assert.deepEqual(most.map((text) => text.slice(0, 20)), [
    "0 of 6 names, those ",
    "The timeline is left",
  ]);
  const maxBytes = least + 12_000;
  const { answers, bytes, omissions } = await embedded(run, maxBytes);
  assert.ok(bytes <= maxBytes);
  const slices = answers.get("slices 0") as Slices;
  assert.ok(slices.cut !== undefined && slices.key.length > 0);
  const longest = run.spans.map(({ durationNs }) => durationNs ?? 0).toSorted((a, b) => b - a);
  const shown = slices.durationNs.filter((ns) => ns >= 0).toSorted((a, b) => b - a);
  assert.deepEqual(shown, longest.slice(0, shown.length));
  assert.ok(slices.startNs.every((ns, i) => i === 0 || ns >= slices.startNs[i - 1]!));
  // What never ended is there all the same.
  assert.ok(slices.durationNs.includes(-1));
  assert.ok(omissions.some((text) => text.startsWith("The timeline has the ")));
});

test("spans that all took the same time are a timeline too", async () => {
  const spans = Array.from({ length: 3000 }, () => ({ name: "same", durationNs: 100 }));
  const { answers } = await embedded({ spans }, 20_000);
  const slices = answers.get("slices 0") as Slices;
  assert.ok(slices.key.length > 100 && slices.key.length < 3000);
});

test("a run without a span makes a page", async () => {
  const { answers } = await embedded({ spans: [] }, MEGABYTE);
  assert.deepEqual((answers.get("overview 0") as Overview).rows, []);
});
