/** `--keep`: traces are kept or thrown away as a whole, whoever dies meanwhile, and all is counted. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { parseKeepRule } from "../../src/model/keep_rule.ts";
import { isBalanced } from "../../src/model/ledger.ts";
import { SCOPE_HTTP_SERVER, STATUS_ERROR } from "../../src/model/span.ts";
import { Batch, setInt64 } from "../../src/store/batch.ts";
import { TraceKeeper } from "../../src/writer/trace_keeper.ts";
import { withFolder } from "../helpers/processes.ts";
import { checkProperty } from "../helpers/properties.ts";
import { testRun } from "../helpers/run_info.ts";
import {
  openTestWriter,
  OUTPUTS,
  queryRecording,
  TEST_END,
  type TestRing,
  testRing,
} from "../helpers/test_writer.ts";

const MS = 1e6;

function keeping(keep: string) {
  return testRun({ sampling: { ratio: 1, maxSpansPerSecond: 0, keep } });
}

/** A trace of a root and some children, which end before it. */
function writeTrace(
  { producer }: TestRing,
  name: string,
  options: { durationNs?: number; failing?: boolean; children?: number } = {},
): number {
  const root = producer.issue();
  const { durationNs = MS, failing = false, children = 2 } = options;
  for (let i = 0; i < children; i++) {
    producer.span({
      name: `${name} child`,
      parentId: root,
      traceId: root,
      parentName: name,
      durationNs: 10,
      status: failing && i === 0 ? STATUS_ERROR : 0,
    });
  }
  producer.span({ id: root, name, durationNs, scope: SCOPE_HTTP_SERVER });
  return root;
}

for (const [kind, name] of Object.entries(OUTPUTS)) {
  test(`--keep (${kind}) keeps what failed, was slow or has a name, and counts the rest by name`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const ring = testRing();
      const { producer } = ring;
      const run = keeping("errors,slow:100ms,name:http.server:POST *");
      const writer = await openTestWriter(out, [ring], { run });
      writeTrace(ring, "GET /fast");
      writeTrace(ring, "GET /failing", { failing: true });
      writeTrace(ring, "GET /slow", { durationNs: 100 * MS });
      writeTrace(ring, "GET /nearly", { durationNs: 100 * MS - 1 });
      writeTrace(ring, "POST /orders");
      const early = producer.issue();
      producer.event(early, "noted");
      producer.span({ id: early, name: "GET /fast", durationNs: 5, scope: SCOPE_HTTP_SERVER });
      // These end in another batch than they began in.
      const roots = ["GET /fast", "GET /slow"].map((name) => {
        const root = producer.issue();
        const child = producer.span({ name: "early", parentId: root, traceId: root });
        producer.event(child, `event of ${name}`);
        return { root, name };
      });
      await writer.flush();
      for (const { root, name } of roots) {
        const durationNs = name === "GET /slow" ? 200 * MS : 1;
        producer.span({ id: root, name, durationNs, scope: SCOPE_HTTP_SERVER });
        producer.span({ name: "late", parentId: root, traceId: root });
      }
      await writer.flush();
      // These outlive their roots, and the last one has none.
      for (const { root } of roots) producer.span({ name: "later", parentId: root, traceId: root });
      producer.open(0, { name: "unfinished", parentId: roots[0]!.root, traceId: roots[0]!.root });
      producer.open(1, { name: "unfinished", parentId: roots[1]!.root, traceId: roots[1]!.root });
      const lost = producer.open(2, { name: "root without an end" });
      producer.span({ name: "child", parentId: lost, traceId: lost });
      // The program died after the record and before the slot was free.
      const last = producer.open(3, { name: "GET /fast", scope: SCOPE_HTTP_SERVER });
      producer.span({ id: last, name: "GET /fast", durationNs: 0, scope: SCOPE_HTTP_SERVER });
      const report = await writer.finish(TEST_END);

      assert.deepEqual(report.problems, []);
      assert.ok(isBalanced(report.ledger));
      const spans = await queryRecording(
        out,
        "SELECT name, count(*)::INTEGER AS n FROM spans GROUP BY name ORDER BY name",
      );
      assert.deepEqual(Object.fromEntries(spans.map(({ name, n }) => [name, n])), {
        "GET /failing": 1,
        "GET /failing child": 2,
        "GET /slow": 2,
        "GET /slow child": 2,
        "POST /orders": 1,
        "POST /orders child": 2,
        child: 1,
        early: 1,
        late: 1,
        later: 1,
        "root without an end": 1,
        unfinished: 2 - 1,
      });
      const losses = await queryRecording(
        out,
        `SELECT name, scope, sum(count)::INTEGER AS n, sum(total_ns)::INTEGER AS ns,
           sum(errors)::INTEGER AS errors
         FROM losses WHERE reason = 'not_kept' GROUP BY ALL ORDER BY name`,
      );
      assert.deepEqual(losses.map((row) => Object.values(row)), [
        ["GET /fast", "http.server", 4, MS + 6, 0],
        ["GET /fast child", "function", 2, 20, 0],
        ["GET /nearly", "http.server", 1, 100 * MS - 1, 0],
        ["GET /nearly child", "function", 2, 20, 0],
        ["early", "function", 1, 100, 0],
        ["late", "function", 1, 100, 0],
        ["later", "function", 1, 100, 0],
        ["unfinished", "function", 1, 0, 0],
      ]);
      assert.equal(report.ledger.byReason.not_kept, 13);
      assert.equal(report.ledger.unfinished, 2);
      const events = await queryRecording(out, "SELECT name FROM events");
      assert.deepEqual(events, [{ name: "event of GET /slow" }]);
      const [histogram] = await queryRecording(
        out,
        "SELECT sum(count)::INTEGER AS n, sum(roots)::INTEGER AS roots FROM histograms",
      );
      assert.deepEqual(histogram, { n: report.ledger.stored - 2, roots: 4 });
      const [stored] = await queryRecording(out, "SELECT sample_ratio, keep, traces FROM runs");
      assert.deepEqual(stored, {
        sample_ratio: 1,
        keep: "errors,slow:100ms,name:http.server:POST *",
        traces: 0n,
      });
    }));

  test(`--keep (${kind}) takes whole traces over two rings and many writers (property)`, async () => {
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({
          kind: fc.constant("span" as const),
          trace: fc.nat(5),
          ring: fc.nat(1),
          fails: fc.nat(9),
        }),
      },
      {
        weight: 4,
        arbitrary: fc.record({
          kind: fc.constant("end" as const),
          trace: fc.nat(5),
          slow: fc.nat(3),
        }),
      },
      { weight: 2, arbitrary: fc.record({ kind: fc.constant("commit" as const) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("restart" as const) }) },
    );
    await withFolder({}, async (folder) => {
      let count = 0;
      await checkProperty(
        fc.asyncProperty(fc.array(step, { maxLength: 50 }), async (steps) => {
          const out = join(folder, `${++count}${name}`);
          const rings = [testRing(), testRing({ thread: 1 })];
          const run = keeping("errors,slow:1ms");
          let writer = await openTestWriter(out, rings, { run });
          type Expected = { spans: number[]; isWanted: boolean; isOver: boolean; isCut: boolean };
          const traces = new Map<number, Expected>();
          const open: number[] = [];
          const newTrace = () => {
            const id = rings[0]!.producer.issue();
            traces.set(id, { spans: [], isWanted: false, isOver: false, isCut: false });
            return id;
          };
          for (let i = 0; i < 6; i++) open.push(newTrace());
          for (const action of steps) {
            if (action.kind === "commit") {
              await writer.flush();
            } else if (action.kind === "restart") {
              // As after a crash: what was drained and not committed is drained again.
              await writer.round();
              writer.close();
              writer = await openTestWriter(out, rings, { run });
              for (const id of open) traces.get(id)!.isCut = true;
            } else {
              const id = open[action.trace]!;
              const trace = traces.get(id)!;
              if (action.kind === "span") {
                const isFailing = action.fails === 0;
                trace.isWanted ||= isFailing;
                trace.spans.push(rings[action.ring]!.producer.span({
                  name: "child",
                  parentId: id,
                  traceId: id,
                  status: isFailing ? STATUS_ERROR : 0,
                }));
              } else {
                const isSlow = action.slow === 0;
                trace.isWanted ||= isSlow;
                trace.isOver = true;
                trace.spans.push(id);
                rings[0]!.producer.span({ id, name: "root", durationNs: isSlow ? MS : 10 });
                // What comes later must not change anything.
                const late = { name: "late", parentId: id, traceId: id };
                await writer.flush();
                trace.spans.push(rings[1]!.producer.span({ ...late, status: STATUS_ERROR }));
                open[action.trace] = newTrace();
              }
            }
          }
          for (const [slot, id] of open.entries()) {
            rings[0]!.producer.open(slot, { id, name: "root" });
            traces.get(id)!.spans.push(id);
          }
          const report = await writer.finish(TEST_END);
          assert.deepEqual(report.problems, []);
          assert.ok(isBalanced(report.ledger));
          const rows = await queryRecording(out, "SELECT span_id, trace_id FROM spans");
          const stored = Map.groupBy(rows, (row) => Number(row["trace_id"]));
          let thrownAway = 0;
          for (const [id, trace] of traces) {
            const found = (stored.get(id) ?? []).map((row) => Number(row["span_id"]));
            const isKept = trace.isWanted || !trace.isOver;
            if (!isKept) thrownAway += trace.spans.length - found.length;
            const sorted = trace.spans.toSorted((a, b) => a - b);
            if (isKept) assert.deepEqual(found.toSorted((a, b) => a - b), sorted);
            // A writer that takes over may keep more, and finds late spans without a decision.
            else if (!trace.isCut && !steps.some(({ kind }) => kind === "restart")) {
              assert.deepEqual(found, []);
            }
          }
          assert.equal(report.ledger.byReason.not_kept ?? 0, thrownAway);
        }),
        { numRuns: 12 },
      );
    });
  });
}

/** A batch of spans that are described as [trace, is it the root, duration]. */
function batchOf(rows: readonly (readonly [trace: number, isRoot: boolean, ns: number])[]): Batch {
  const batch = new Batch(["span"], 100);
  for (const [trace, isRoot, ns] of rows) {
    const row = batch.spans.count++;
    setInt64(batch.spans.spanId, row, row + 1);
    setInt64(batch.spans.traceId, row, trace);
    setInt64(batch.spans.parentId, row, isRoot ? 0 : trace);
    setInt64(batch.spans.startNs, row, 1_000_000);
    setInt64(batch.spans.durationNs, row, ns);
    batch.spans.status[row] = 0;
  }
  return batch;
}

test("beyond the limit the oldest open traces are decided by what is known", () => {
  const rule = parseKeepRule("slow:1ms");
  const keeper = new TraceKeeper({ rule, kept: [], dropped: [], maxOpen: 2 });
  const first = batchOf([[1, false, 2 * MS], [2, false, 10], [3, false, 10]]);
  keeper.sift(first);
  assert.equal(first.spans.count, 3, "the first has been open for long enough");
  const second = batchOf([[4, false, 10], [5, false, 10]]);
  keeper.sift(second);
  assert.deepEqual(second.droppedTraces, [2, 3]);
  assert.equal(second.spans.count, 2);
  const third = batchOf([[1, true, 10], [2, true, 5 * MS], [4, true, MS], [5, true, 1]]);
  keeper.sift(third);
  // What was decided stays so.
  assert.equal(third.spans.count, 2);
  assert.deepEqual(third.droppedTraces, [5]);
  assert.deepEqual(third.notKept, [
    { name: "span", scope: "manual", count: 2, totalNs: 5 * MS + 1, errors: 0 },
  ]);
});

test("a rule takes selectors with commas, scopes and attributes", () => {
  const rule = parseKeepRule("errors, slow:1s,slow:100ms,name:a,b,name:db:*{a=1,b=2}");
  assert.equal(rule.errors, true);
  assert.equal(rule.slowNs, 100 * MS);
  assert.deepEqual(rule.names.map(({ text }) => text), ["a,b", "db:*{a=1,b=2}"]);
  assert.equal(rule.names[1]!.scope, "db");
  for (const text of ["", "error", "slow", "slow:soon", "errors,fast:1s", "name:", "errors:1"]) {
    assert.throws(() => parseKeepRule(text), SyntaxError, text);
  }
});
