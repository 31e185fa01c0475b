import assert from "node:assert/strict";
import { test } from "node:test";
import { findSuspicious } from "../../src/analysis/findings.ts";
import { piecesOf } from "../../src/analysis/run_pieces.ts";
import type { CallPatternOptions } from "../../src/model/suspicion.ts";
import type { TimeRange } from "../../src/model/span_reader.ts";
import { memoryReader } from "../helpers/memory_reader.ts";
import type { SpanFixture } from "../helpers/recording_fixture.ts";

const QUERIES: SpanFixture[] = Array.from({ length: 1000 }, (_, i) => ({
  name: "SELECT 1",
  scope: "db",
  durationNs: 1e6,
  status: i < 30 ? "error" : "unset",
}));

const REPEATED = {
  name: "SELECT 1",
  scope: "db",
  parentName: "list",
  callers: 5,
  calls: 50,
  mostCalls: 10,
  totalNs: 15e6,
};

function asked() {
  const patterns: CallPatternOptions[] = [];
  const errors: (readonly TimeRange[] | undefined)[] = [];
  const reader = memoryReader(QUERIES, {
    suspicions: {
      callPatterns: (options) => {
        patterns.push(options);
        const looked = options.during === undefined ? QUERIES.length : 100;
        return Promise.resolve({ looked, repeated: [REPEATED], sequential: [] });
      },
      errorsByType: (_, during) => {
        errors.push(during);
        return Promise.resolve([{ name: "SELECT 1", scope: "db", type: "Busy", count: 3 }]);
      },
    },
  });
  return { reader, patterns, errors };
}

test("findSuspicious() looks at everything while that is little", async () => {
  const { reader, patterns, errors } = asked();
  const found = await findSuspicious(reader);
  assert.equal(found.looked, undefined);
  assert.deepEqual([patterns[0]!.during, errors[0]], [undefined, undefined]);
  // 15 ms are less than a hundredth of the 2 s of the run.
  assert.deepEqual(found.findings.map(({ kind }) => kind), ["errors"]);
});

test("findSuspicious() looks at pieces of a large run, and says so", async () => {
  const { reader, patterns, errors } = asked();
  const found = await findSuspicious(reader, { maxSpans: 20 });
  assert.deepEqual(found.looked, { calls: 100, of: 1000, pieces: 8 });
  assert.equal(patterns[0]!.during!.length, 8);
  assert.equal(errors[0]!.length, 8);
  // Of a tenth of the calls, 15 ms are more than a hundredth of their part of the run.
  assert.deepEqual(found.findings, [
    { kind: "repeated_calls", calls: REPEATED, place: undefined },
    // How many there are is known of all of them.
    {
      kind: "errors",
      errors: { name: "SELECT 1", scope: "db", type: "Busy", count: 30 },
      place: undefined,
    },
  ]);
});

test("piecesOf() spreads pieces over the run", () => {
  const { run } = memoryReader([]);
  const pieces = piecesOf(run, 0.1)!;
  const length = pieces.reduce((sum, { sinceNs, untilNs }) => sum + untilNs! - sinceNs!, 0);
  assert.ok(Math.abs(length - run.durationNs! * 0.1) < 100);
  assert.ok(pieces[0]!.sinceNs! > 0 && pieces.at(-1)!.untilNs! < run.durationNs!);
  assert.equal(piecesOf(run, 1), undefined);
  assert.equal(piecesOf({ ...run, durationNs: undefined }, 0.1), undefined);
});
