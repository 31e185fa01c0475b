/** Sampling: whole traces are taken or left, by choices that can be repeated, and all is counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { seedOf } from "../../src/recorder/sampler.ts";
import type { Span } from "../../src/recorder/span.ts";
import {
  F_BELOW_MINIMUM,
  F_ISSUED,
  F_RATE_LIMITED,
  F_SAMPLED,
  F_TRACES,
  F_TRACES_TAKEN,
} from "../../src/ring/layout.ts";
import { checkProperty } from "../helpers/properties.ts";
import { createTestClock, Recording, type RecordingOptions } from "../helpers/recording.ts";

function sampled(
  ratio: number,
  options: RecordingOptions & { perSecond?: number; seed?: number } = {},
): Recording {
  const { perSecond = 0, seed = 1, ...rest } = options;
  return new Recording({ ...rest, sampling: { ratio, maxSpansPerSecond: perSecond, seed } });
}

function counters({ memory: { f64 } }: Recording) {
  return {
    issued: f64[F_ISSUED],
    sampled: f64[F_SAMPLED],
    limited: f64[F_RATE_LIMITED],
    traces: f64[F_TRACES],
    taken: f64[F_TRACES_TAKEN],
  };
}

/** Names of what is recorded when `count` traces run, each of three spans. */
function takenTraces(recording: Recording, count: number): number[] {
  for (let i = 0; i < count; i++) {
    recording.tracing.span(`trace ${i}`, () => {
      recording.tracing.span("child", () => {});
      recording.recorder.startSpan("other child").end();
    });
  }
  const spans = recording.readSpans();
  const roots = spans.filter(({ parentId }) => parentId === 0);
  for (const root of roots) {
    assert.equal(spans.filter(({ traceId }) => traceId === root.id).length, 3, "whole traces");
  }
  assert.equal(spans.length, roots.length * 3, "nothing but whole traces");
  return roots.map(({ name }) => Number(name.slice("trace ".length)));
}

test("a share of the traces is taken, each as a whole, and the rest is counted", () => {
  const recording = sampled(0.25);
  const taken = takenTraces(recording, 1_000);
  assert.ok(taken.length > 200 && taken.length < 300, `${taken.length} of 1,000 taken`);
  assert.deepEqual(counters(recording), {
    issued: 3_000,
    sampled: 3_000 - taken.length * 3,
    limited: 0,
    traces: 1_000,
    taken: taken.length,
  });
  recording.assertBalanced();
});

test("the same seed takes the same traces, another one takes others", () => {
  const [first, again, other] = [1, 1, 2].map((seed) => takenTraces(sampled(0.5, { seed }), 200));
  assert.deepEqual(again, first);
  assert.notDeepEqual(other, first);
  assert.equal(seedOf("run", 1), seedOf("run", 1));
  assert.notEqual(seedOf("run", 1), seedOf("run", 2));
  assert.notEqual(seedOf("run", 1), seedOf("nur", 1));
});

test("0 takes nothing and 1 takes everything", () => {
  assert.deepEqual(takenTraces(sampled(0), 50), []);
  assert.equal(takenTraces(sampled(1), 50).length, 50);
});

test("a program that replaces Math.random changes nothing, and is not called", () => {
  const { random } = Math;
  let calls = 0;
  Math.random = () => {
    calls++;
    return 0;
  };
  try {
    assert.deepEqual(takenTraces(sampled(0.5), 100), takenTraces(sampled(0.5), 100));
  } finally {
    Math.random = random;
  }
  assert.equal(calls, 0);
});

test("a span that is left out does nothing and says so", () => {
  const recording = sampled(0);
  const { recorder, tracing } = recording;
  const span = recorder.startSpan("left out", { attributes: { a: 1 } });
  assert.equal(span.isRecording, false);
  assert.equal(span.isSampled, false);
  assert.equal(span.extras, undefined);
  span.setAttribute("b", 2).setStatus("error").recordException(new Error("no")).addEvent("e");
  span.updateName("other");
  recorder.fail(span, new Error("no"));
  recorder.addEvent(span, "event");
  recorder.setAttribute(span, "c", 3);
  span.end();
  span.end();
  const result = tracing.span("left out", (active) => {
    assert.equal(active.isRecording, false);
    assert.equal(tracing.currentSpan()?.isRecording, false);
    return 7;
  });
  assert.equal(result, 7);
  assert.throws(() =>
    tracing.span("left out", () => {
      throw new RangeError("the program's");
    }), RangeError);
  assert.equal(tracing.currentSpan(), undefined);
  assert.deepEqual(recording.read(), []);
  recording.assertBalanced();
});

test("everything that a trace left out does is left out, at any time and in any way", async () => {
  // The first root is left out and the second is taken, whatever the seed makes of the rest.
  const seed = Array.from({ length: 100 }, (_, i) => i).find((seed) => {
    return takenTraces(sampled(0.5, { seed }), 2).join() === "1";
  })!;
  const recording = sampled(0.5, { seed });
  const { recorder, tracing, tracer } = recording;
  const id = tracer.defineFunction("function", "f.ts", 1, 1);

  /** As the transform writes `async function* () { yield 1; yield 2; }`. */
  function* generator(): Generator<number> {
    const span = tracer.g(id);
    try {
      tracing.span("in generator", () => {});
      yield tracer.p(span, 1);
      tracer.q(span, undefined);
      tracing.span("in generator, later", () => {});
      yield tracer.p(span, 2);
      tracer.q(span, undefined);
    } finally {
      tracer.e(span);
    }
  }
  async function work(): Promise<void> {
    const span = tracer.b(id);
    try {
      tracer.w(span, await tracer.s(span, new Promise((resolve) => setTimeout(resolve, 1))));
      tracing.span("after await", () => {});
      queueMicrotask(() => tracing.span("in a microtask", () => {}));
      const opened = recorder.startSpan("opened");
      recorder.runWith(opened, () => tracing.span("below", () => {}));
      opened.end();
      tracing.span("with parent", { parent: opened }, () => tracing.span("below", () => {}));
    } finally {
      tracer.e(span);
    }
  }
  let left: Generator<number> | undefined;
  let opened: Span | undefined;
  await tracing.span("left out", async () => {
    left = generator();
    left.next();
    opened = recorder.startSpan("opened");
    await work();
    await new Promise((resolve) => setTimeout(resolve, 2));
    tracing.span("after another await", () => {});
  });
  assert.deepEqual(recording.readSpans(), []);
  assert.equal(counters(recording).taken, 0);
  await tracing.span("taken", async () => {
    await work();
    // Its trace is the one that was left out.
    left!.next();
    tracing.span("elsewhere", { parent: opened! }, () => tracing.span("below", () => {}));
    tracing.span("here", () => {});
  });
  assert.deepEqual(
    recording.readSpans().map(({ name }) => name),
    [
      "after await",
      "below",
      "opened",
      "below",
      "with parent",
      "function",
      "in a microtask",
      "here",
      "taken",
    ],
  );
  assert.deepEqual([counters(recording).traces, counters(recording).taken], [2, 1]);
  recording.assertBalanced();
});

test("traces that begin in another thread or program follow what was decided there", () => {
  const recording = sampled(0.5);
  const { recorder, tracing } = recording;
  for (const isSampled of [true, false, true, true, false]) {
    recorder.engine.follow(isSampled);
    tracing.span(`trace ${isSampled}`, () => tracing.span("child", () => {}));
  }
  assert.deepEqual(recording.readSpans().map(({ name }) => name), [
    ...["child", "trace true", "child", "trace true", "child", "trace true"],
  ]);
  // Where everything is wanted, nobody else is asked.
  const limited = sampled(1, { perSecond: 100 });
  limited.recorder.engine.follow(false);
  limited.tracing.span("taken", () => {});
  assert.equal(limited.readSpan().name, "taken");
  recorder.adopt({ spanId: 5, traceId: 5, name: "parent", isSampled: false });
  takenTraces(recording, 20);
  tracing.startSpan("another").end();
  assert.deepEqual(recording.readSpans(), []);
  recorder.adopt({ spanId: 5, traceId: 5, name: "parent" });
  tracing.span("taken", () => {});
  assert.deepEqual(recording.readSpan().parentId, 5);
  recording.assertBalanced();
});

test("the token bucket takes whole traces, a second's worth at once, and counts the rest", () => {
  const clock = createTestClock();
  const recording = sampled(1, { clock, perSecond: 30 });
  assert.deepEqual(takenTraces(recording, 20), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  assert.equal(counters(recording).limited, 30);
  clock.advance(100_000_000);
  assert.deepEqual(takenTraces(recording, 5), [0], "three tokens in a tenth of a second");
  clock.advance(3_600e9);
  assert.equal(takenTraces(recording, 20).length, 10, "never more than a second's worth");
  recording.assertBalanced();
});

test("a trace that is larger than the bucket is taken as a whole, and paid off", () => {
  const clock = createTestClock();
  const recording = sampled(1, { clock, perSecond: 10 });
  recording.tracing.span("large", () => {
    for (let i = 0; i < 29; i++) recording.tracing.span("child", () => {});
  });
  assert.equal(recording.readSpans().length, 30);
  clock.advance(2e9);
  recording.tracing.span("early", () => {});
  assert.deepEqual(recording.readSpans(), []);
  clock.advance(0.1e9);
  recording.tracing.span("paid", () => {});
  assert.equal(recording.readSpan().name, "paid");
  assert.equal(counters(recording).limited, 1);
  recording.assertBalanced();
});

test("what is short is counted as that only in traces that are taken", () => {
  const clock = createTestClock();
  const recording = sampled(0.5, { clock, minDurationNs: 1_000 });
  const { tracer } = recording;
  const id = tracer.defineFunction("function", "f.ts", 1, 1);
  for (let i = 0; i < 200; i++) {
    const root = tracer.b(id);
    tracer.e(tracer.b(id));
    clock.advance(i % 2 === 0 ? 10 : 2_000);
    tracer.e(root);
  }
  const { traces, taken, sampled: leftOut } = counters(recording);
  const stored = recording.readSpans().length;
  assert.equal(traces, 200);
  assert.equal(leftOut, (200 - taken!) * 2);
  assert.equal(recording.memory.f64[F_BELOW_MINIMUM], taken! * 2 - stored);
  recording.assertBalanced();
});

test("the cost of a span is measured among those that are taken", () => {
  let calibrations = 0;
  const recording = sampled(0.5, {
    calibrate: () => {
      calibrations++;
      return 1;
    },
  });
  takenTraces(recording, 200);
  assert.equal(calibrations, 1);
  recording.assertBalanced();
});

test("every trace is whole or absent, and the books balance (property)", () => {
  type Node = { how: number; children: Node[] };
  const { node } = fc.letrec<{ node: Node }>((tie) => ({
    node: fc.record({
      how: fc.nat(3),
      children: fc.oneof(
        { maxDepth: 4, depthIdentifier: "children" },
        fc.constant<Node[]>([]),
        fc.array(tie("node"), { maxLength: 3 }),
      ),
    }),
  }));
  checkProperty(
    fc.property(
      fc.array(node, { maxLength: 20 }),
      fc.integer(),
      fc.nat(60),
      (roots, seed, rate) => {
        const recording = sampled(0.5, { seed, perSecond: rate, clock: createTestClock() });
        const { recorder, tracing, tracer } = recording;
        const id = tracer.defineFunction("function", "f.ts", 1, 1);
        let count = 0;
        function perform({ how, children }: Node): void {
          count++;
          if (how === 0) return tracing.span("span", () => children.forEach(perform));
          const span = how === 1
            ? tracer.b(id)
            : how === 2
            ? tracer.g(id)
            : recorder.startSpan("opened");
          if (how === 3) recorder.runWith(span, () => children.forEach(perform));
          else children.forEach(perform);
          if (how === 3) span.end();
          else tracer.e(span);
        }
        const sizes = roots.map((root) => {
          const before = count;
          perform(root);
          return count - before;
        });
        const spans = recording.readSpans();
        const stored = spans.filter(({ parentId }) => parentId === 0)
          .toSorted((a, b) => a.id - b.id)
          .map(({ id }) => spans.filter(({ traceId }) => traceId === id).length);
        // The traces that were taken have the sizes of whole traces, in their order.
        let at = 0;
        for (const size of stored) {
          at = sizes.indexOf(size, at) + 1;
          assert.ok(at > 0, `${stored} are not among ${sizes}`);
        }
        assert.equal(stored.reduce((sum, size) => sum + size, 0), spans.length);
        const { issued, sampled: leftOut, limited, traces, taken } = counters(recording);
        assert.equal(issued, count);
        assert.equal(spans.length + leftOut! + limited!, count);
        assert.deepEqual([traces, taken], [roots.length, stored.length]);
        assert.equal(recorder.current(), undefined);
      },
    ),
    { numRuns: 150 },
  );
});
