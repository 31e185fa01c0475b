/** `minDurationNs`: short functions are counted by name, and stored where they are needed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Span } from "../../src/recorder/span.ts";
import { COUNTER_BYTES, countersByte, F_BELOW_MINIMUM, ringSizes } from "../../src/ring/layout.ts";
import { checkProperty } from "../helpers/properties.ts";
import { createTestClock, Recording } from "../helpers/recording.ts";

const MINIMUM_NS = 1_000;

/** Spans left out under a name, and their time, as a reader of the ring sees them. */
function counterOf({ memory }: Recording, nameId: number): { count: number; totalNs: number } {
  const at = countersByte(memory.sizes) / 8 + nameId * (COUNTER_BYTES / 8);
  return { count: memory.f64[at]!, totalNs: memory.f64[at + 1]! };
}

test("a function below the minimum is counted and not stored, one at the minimum is stored", () => {
  const clock = createTestClock();
  const recording = new Recording({ clock, minDurationNs: MINIMUM_NS });
  const { tracer } = recording;
  const [short, long] = ["short", "long"].map((name) => tracer.defineFunction(name, "f.ts", 1, 1));
  const call = (nameId: number, ns: number): void => {
    const span = tracer.b(nameId);
    clock.advance(ns);
    tracer.e(span);
  };
  call(short!, MINIMUM_NS - 1);
  call(short!, 0);
  call(long!, MINIMUM_NS);
  assert.equal(recording.readSpan().name, "long");
  assert.deepEqual(counterOf(recording, short!), { count: 2, totalNs: MINIMUM_NS - 1 });
  assert.deepEqual(counterOf(recording, long!), { count: 0, totalNs: 0 });
  assert.equal(recording.memory.f64[F_BELOW_MINIMUM], 2);
  recording.assertBalanced();
});

test("spans by hand, failed functions and those with attributes are stored, however short", () => {
  const recording = new Recording({ clock: createTestClock(), minDurationNs: MINIMUM_NS });
  const { tracer, tracing } = recording;
  const nameId = tracer.defineFunction("function", "f.ts", 1, 1);
  tracing.span("manual", () => {});
  const failing = tracer.b(nameId);
  tracer.f(failing, new Error("failed"));
  tracer.e(failing);
  const noted = tracer.b(nameId);
  noted.setAttribute("a", 1);
  tracer.e(noted);
  tracer.e(tracer.b(nameId));
  assert.deepEqual(
    recording.readSpans().map(({ name, status }) => [name, status]),
    [["manual", "unset"], ["function", "error"], ["function", "unset"]],
  );
  assert.equal(recording.memory.f64[F_BELOW_MINIMUM], 1);
  recording.assertBalanced();
});

for (const slotCount of [64, 2]) {
  test(`a function is stored exactly when it or a descendant is, with ${slotCount} slots (property)`, () => {
    const clock = createTestClock();
    const recording = new Recording({
      clock,
      minDurationNs: MINIMUM_NS,
      sizes: { ...ringSizes(1 << 20), slotCount },
    });
    const { tracer, tracing, memory } = recording;
    const nameId = tracer.defineFunction("function", "f.ts", 1, 1);
    type Call = { selfNs: number; isManual: boolean; calls: Call[] };
    const { tree } = fc.letrec<{ tree: Call }>((tie) => ({
      tree: fc.record({
        selfNs: fc.oneof(fc.nat(300), fc.integer({ min: 900, max: 1_100 })),
        isManual: fc.nat(9).map((value) => value === 0),
        calls: fc.oneof(
          { maxDepth: 5, depthIdentifier: "calls" },
          fc.constant<Call[]>([]),
          fc.array(tie("tree"), { maxLength: 3 }),
        ),
      }),
    }));

    checkProperty(
      fc.property(tree, (root) => {
        const expected = new Set<number>();
        const totalBefore = memory.f64[F_BELOW_MINIMUM]!;
        const before = counterOf(recording, nameId);
        let leftOut = { count: 0, totalNs: 0 };

        /** @returns whether the call is stored. */
        function perform(call: Call): boolean {
          const span: Span = call.isManual
            ? tracing.startSpan("manual") as unknown as Span
            : tracer.b(nameId);
          const startNs = clock.nowNs();
          clock.advance(call.selfNs);
          const hasStored = call.calls.map(perform).includes(true);
          const durationNs = clock.nowNs() - startNs;
          if (call.isManual) span.end();
          else tracer.e(span);
          const isStored = call.isManual || hasStored || durationNs >= MINIMUM_NS;
          if (isStored) expected.add(span.id);
          else leftOut = { count: leftOut.count + 1, totalNs: leftOut.totalNs + durationNs };
          return isStored;
        }
        perform(root);
        assert.deepEqual(new Set(recording.readSpans().map(({ id }) => id)), expected);
        assert.equal(memory.f64[F_BELOW_MINIMUM]! - totalBefore, leftOut.count);
        const counter = counterOf(recording, nameId);
        assert.equal(counter.count - before.count, leftOut.count);
        assert.equal(counter.totalNs - before.totalNs, leftOut.totalNs);
      }),
      { numRuns: 200 },
    );
    recording.assertBalanced();
  });
}

test("names beyond the counters are counted together", () => {
  const recording = new Recording({
    clock: createTestClock(),
    minDurationNs: MINIMUM_NS,
    sizes: { ...ringSizes(1 << 20), counterCount: 4 },
  });
  const { tracer, memory } = recording;
  const ids = Array.from(
    { length: 10 },
    (_, i) => tracer.defineFunction(`function ${i}`, "f.ts", i, 1),
  );
  for (const id of ids) tracer.e(tracer.b(id));
  assert.equal(memory.f64[F_BELOW_MINIMUM], 10);
  assert.equal(ids.reduce((sum, id) => sum + (id < 4 ? counterOf(recording, id).count : 0), 0), 2);
  // What lies behind the counters is the ring, and untouched.
  assert.equal(recording.readSpans().length, 0);
  recording.assertBalanced();
});
