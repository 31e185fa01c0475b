/** Child time: exactly the time during which at least one child was open. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Span } from "../../src/recorder/span.ts";
import { ringSizes } from "../../src/ring/layout.ts";
import { checkProperty } from "../helpers/properties.ts";
import { createTestClock, Recording } from "../helpers/recording.ts";

/** A span as the test knows it. */
interface Known {
  span: Span;
  parent: number | undefined;
  startNs: number;
  endNs: number | undefined;
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ open: fc.nat(), isRoot: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ end: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ advance: fc.integer({ min: 0, max: 50 }) }) },
);

/** Length of the union of intervals, the slow and certain way. */
function unionNs(intervals: [number, number][]): number {
  let total = 0;
  let end = -Infinity;
  for (const [from, to] of intervals.toSorted((a, b) => a[0] - b[0])) {
    if (to > Math.max(from, end)) total += to - Math.max(from, end);
    end = Math.max(end, to);
  }
  return total;
}

for (const slotCount of [64, 3]) {
  test(`child time is the union of the children's, with ${slotCount} slots (property)`, () => {
    const clock = createTestClock();
    const recording = new Recording({ clock, sizes: { ...ringSizes(1 << 20), slotCount } });
    checkProperty(
      fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), (steps) => {
        const spans: Known[] = [];
        const end = (known: Known): void => {
          known.endNs ??= clock.nowNs();
          known.span.end();
        };
        for (const action of steps) {
          if ("advance" in action) {
            clock.advance(action.advance);
          } else if ("open" in action) {
            // Also under spans that have ended: such a child counts for nobody.
            const parent = action.isRoot || spans.length === 0
              ? undefined
              : action.open % spans.length;
            const span = recording.recorder.startSpan("s", {
              parent: parent === undefined ? null : spans[parent]!.span,
            });
            spans.push({ span, parent, startNs: clock.nowNs(), endNs: undefined });
          } else if (spans.length > 0) {
            end(spans[action.end % spans.length]!);
          }
        }
        clock.advance(7);
        spans.forEach(end);

        const records = new Map(recording.readSpans().map((record) => [record.id, record]));
        assert.equal(records.size, spans.length);
        spans.forEach((known, index) => {
          const record = records.get(known.span.id)!;
          const endNs = known.endNs!;
          const children = spans
            .filter(({ parent, startNs }) => parent === index && startNs <= endNs)
            .map((child): [number, number] => [child.startNs, Math.min(child.endNs!, endNs)]);
          assert.equal(record.startNs, known.startNs);
          assert.equal(record.durationNs, endNs - known.startNs);
          assert.equal(record.childNs, unionNs(children));
        });
      }),
      { numRuns: 200 },
    );
    recording.assertBalanced();
  });
}

test("nested, sequential and parallel children", () => {
  const clock = createTestClock();
  const recording = new Recording({ clock });
  const { recorder } = recording;
  const root = recorder.startSpan("root");
  clock.advance(10);
  const first = recorder.startSpan("first", { parent: root });
  clock.advance(5);
  const inner = recorder.startSpan("inner", { parent: first });
  clock.advance(2);
  const parallel = recorder.startSpan("parallel", { parent: root });
  clock.advance(3);
  inner.end();
  clock.advance(4);
  first.end();
  clock.advance(6);
  parallel.end();
  clock.advance(1);
  root.end();
  const childNs = Object.fromEntries(
    recording.readSpans().map((span) => [span.name, span.childNs]),
  );
  // The root's children cover 10..30 without a gap; `inner` is nothing to the root.
  assert.deepEqual(childNs, { inner: 0, first: 5, parallel: 0, root: 20 });
});

test("a generator's span runs while it runs, and so do its children for it", () => {
  const clock = createTestClock();
  const recording = new Recording({ clock });
  const { tracer } = recording;
  const [outer, generator, child] = ["outer", "generator", "child"].map((name) =>
    tracer.defineFunction(name, "file.ts", 1, 1)
  );
  const outerSpan = tracer.b(outer!);
  const span = tracer.g(generator!);
  clock.advance(10);
  tracer.p(span, undefined);
  clock.advance(100); // suspended: the time is the caller's
  tracer.q(span, undefined);
  tracer.q(span, undefined); // twice is once
  clock.advance(5);
  const childSpan = tracer.b(child!);
  clock.advance(3);
  tracer.e(childSpan);
  tracer.e(span);
  clock.advance(2);
  tracer.e(outerSpan);
  const spans = Object.fromEntries(recording.readSpans().map((record) => [record.name, record]));
  assert.equal(spans["generator"]!.durationNs, 18);
  assert.equal(spans["generator"]!.childNs, 3);
  assert.equal(spans["child"]!.parentName, "generator");
  assert.equal(spans["outer"]!.durationNs, 120);
  assert.equal(spans["outer"]!.childNs, 18);
  assert.equal(recording.tracing.currentSpan(), undefined);
  recording.assertBalanced();
});

test("spans with given times: child time is never negative nor above the duration", () => {
  const clock = createTestClock();
  const recording = new Recording({ clock });
  const { recorder } = recording;
  clock.advance(1_000);
  const parent = recorder.startSpan("parent");
  const child = recorder.startSpan("child", { parent, startNs: 500 });
  clock.advance(10);
  recorder.end(child, 400); // before it started
  const late = recorder.startSpan("late", { parent });
  clock.advance(50);
  recorder.end(parent, 2_005);
  late.end();
  const spans = Object.fromEntries(recording.readSpans().map((record) => [record.name, record]));
  assert.equal(spans["child"]!.durationNs, 0);
  assert.equal(spans["child"]!.startNs, 500);
  assert.equal(spans["parent"]!.durationNs, 5);
  const { childNs } = spans["parent"]!;
  assert.ok(childNs >= 0 && childNs <= 5, `child time is ${childNs}`);
});
