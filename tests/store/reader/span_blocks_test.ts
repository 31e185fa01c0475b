/** The durations of names in blocks of time, and profiles of several runs of one recording. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readProfile } from "../../../src/analysis/read_profile.ts";
import { bucketOf } from "../../../src/model/duration_bucket.ts";
import type { DurationHistogram } from "../../../src/model/run_profile.ts";
import { parseSelector } from "../../../src/model/selector.ts";
import { openRecording } from "../../../src/store/reader/open.ts";
import { pickRuns } from "../../../src/store/reader/run_selection.ts";
import { withFolder } from "../../helpers/processes.ts";
import {
  type RunFixture,
  type SpanFixture,
  steppedSpans,
  writeRecording,
} from "../../helpers/recording_fixture.ts";

const MS = 1e6;
const HOSTILE = 'it\'s\0 "odd" \u202e *';

/** 800 spans that get slower, first seldom and then often; 3 of a hostile name; one without end. */
const SPANS: SpanFixture[] = [
  ...Array.from({ length: 800 }, (_, i): SpanFixture => ({
    name: "work",
    scope: "function",
    durationNs: (i + 1) * 1000,
    startNs: i < 100 ? i * 10 * MS : 1000 * MS + i * MS,
    status: i % 100 === 0 ? "error" : "unset",
    attributes: { half: i < 400 ? "first" : "second" },
  })),
  ...[7, 5, 900].map((durationNs, i): SpanFixture => ({
    name: HOSTILE,
    durationNs,
    startNs: i * MS,
    parentId: 1,
  })),
  { name: "work", scope: "function", durationNs: null },
];

const RUN_ID = "00000000-0000-4000-8000-00000000000";

test("A profile has exact percentiles, and all spans in blocks of time", () =>
  withFolder({}, async (folder) => {
    const path = join(folder, "blocks.duckdb");
    await writeRecording(path, [
      { spans: [{ name: "other", durationNs: 1 }], run: { runId: `${RUN_ID}1` } },
      {
        spans: SPANS,
        run: { runId: `${RUN_ID}2`, host: "laptop", gitBranch: "main", cpuCount: 8 },
      },
    ]);
    const reader = await openRecording(path);
    try {
      const { origin, names, unfinished } = await readProfile(reader);
      assert.deepEqual(
        [origin.n, origin.host, origin.gitBranch, origin.cpuCount, unfinished],
        [2, "laptop", "main", 8, 1],
      );
      assert.deepEqual(names.map(({ name }) => name), ["work", HOSTILE]);
      const [work, odd] = names;
      assert.equal(work!.count, 800);
      assert.equal(work!.errors, 8);
      assert.deepEqual(work!.percentilesNs, {
        "50": 400_000,
        "90": 720_000,
        "95": 760_000,
        "99": 792_000,
        "99.9": 800_000,
      });
      assert.equal(work!.blockErrors.length, 16);
      assert.equal(work!.blockErrors.reduce((sum, errors) => sum + errors, 0), 8);
      const sizes = work!.blocks.map(sizeOf);
      assert.equal(sizes.length, 16);
      assert.equal(sizes.reduce((sum, size) => sum + size, 0), 800);
      for (const size of sizes) assert.ok(Math.abs(size - 50) <= 10, sizes.join(" "));
      // Each block is slower than the one before it, as the spans are.
      const starts = work!.blocks.map(({ buckets }) => buckets[0]!);
      assert.deepEqual(starts, starts.toSorted((a, b) => a - b));
      assert.deepEqual(odd!.blocks.map(({ buckets }) => buckets), [[7], [5], [bucketOf(900)]]);

      const chosen = await readProfile(reader, { filter: parseSelector("work{half=first}") });
      assert.deepEqual(chosen.names.map(({ name, maxNs }) => [name, maxNs]), [["work", 400_000]]);
      assert.equal(chosen.names[0]!.blocks.map(sizeOf).reduce((sum, size) => sum + size, 0), 400);

      const first = await readProfile(reader.at(reader.runs[0]!));
      assert.deepEqual(first.names.map(({ name, count }) => [name, count]), [["other", 1]]);
      assert.equal(first.names[0]!.blocks.length, 1);
    } finally {
      reader.close();
    }
  }));

test("Blocks are found in the last of several runs, and pickRuns() takes numbers, ranges and ids, each run once, and names what is not there", () =>
  withFolder({}, async (folder) => {
    const path = join(folder, "runs.duckdb");
    await writeRecording(
      path,
      Array.from({ length: 4 }, (_, i): RunFixture => ({
        spans: i < 3 ? [] : steppedSpans({ name: "a" }, 3000, 1000),
        run: { runId: `1234567${i}-0000-4000-8000-000000000000` },
      })),
    );
    const reader = await openRecording(path);
    try {
      const { names } = await readProfile(reader);
      const [only] = names;
      assert.equal(only!.blocks.map(sizeOf).reduce((sum, size) => sum + size, 0), 3000);
      const pick = (selection: string) =>
        pickRuns(reader.runs, { path, selection }).map(({ n }) => n);
      assert.deepEqual(pick("4,1-2"), [1, 2, 4]);
      assert.deepEqual(pick("2-3, 3"), [2, 3]);
      assert.deepEqual(pick("12345672-0000"), [3]);
      // Ids begin with it, and a range is of numbers.
      assert.throws(() => pick("1-12"), /it has no run "12"/);
      assert.throws(() => pick("3-5"), /it has no run "5" \(its runs are 1 to 4\)/);
      assert.throws(() => pick("3-2"), /"3-2" end before they begin/);
      assert.throws(() => pick("1,,2"), /has no run ""|begins? with/);
    } finally {
      reader.close();
    }
  }));

function sizeOf({ counts }: DurationHistogram): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
