/** Any sequence of what a program may do, under every policy: each span is told of or counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Span } from "../../src/recorder/span.ts";
import { ringSizes, S_STATE, SEGMENT_ABSENT } from "../../src/ring/layout.ts";
import { segmentControl } from "../../src/ring/memory.ts";
import { checkProperty } from "../helpers/properties.ts";
import { createTestClock, Recording } from "../helpers/recording.ts";
import { readySegment } from "../helpers/test_ring.ts";

/** A record is too large beyond a quarter of a ring of this size. */
const RING_BYTES = 65_536;
const MINIMUM_NS = 1_000;

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("start" as const), name: fc.nat(9) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("call" as const), name: fc.nat(3) }) },
  { weight: 9, arbitrary: fc.record({ kind: fc.constant("end" as const), which: fc.nat(20) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("attribute" as const),
      which: fc.nat(20),
      bytes: fc.oneof(fc.nat(200), fc.integer({ min: 10_000, max: 20_000 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("event" as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ns: fc.nat(3_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("burst" as const), count: fc.nat(900) }) },
  { weight: 1, arbitrary: fc.constant({ kind: "drain" as const }) },
);
const settings = fc.record({
  overflow: fc.constantFrom("drop" as const, "grow" as const),
  minDurationNs: fc.constantFrom(0, MINIMUM_NS),
  sampling: fc.option(
    fc.record({
      ratio: fc.constantFrom(0, 0.3, 1),
      maxSpansPerSecond: fc.constantFrom(0, 5, 500),
      seed: fc.integer(),
    }),
    { nil: undefined },
  ),
});

test("every span that got an id is read, open, or counted by a reason (property)", () => {
  checkProperty(
    fc.property(settings, fc.array(action, { maxLength: 120 }), (options, actions) => {
      const clock = createTestClock();
      const recording = new Recording({
        ...options,
        clock,
        sizes: ringSizes(RING_BYTES, options.overflow === "grow" ? 3 : 1),
      });
      const { recorder, tracer, memory } = recording;
      const names = [0, 1, 2, 3].map((at) => tracer.defineFunction(`call ${at}`, "f.ts", at, 1));
      const open: { span: Span; name: string }[] = [];
      const nameOf = new Map<number, string>();
      const seen = new Set<number>();
      let issued = 0;

      function began(span: Span, name: string): void {
        issued++;
        if (span.slot < 0) return;
        open.push({ span, name });
        nameOf.set(span.id, name);
      }
      function drain(): void {
        for (const { id, name } of recording.readSpans()) {
          assert.ok(!seen.has(id), `span ${id} was read twice`);
          seen.add(id);
          assert.equal(name, nameOf.get(id), `span ${id} was never made`);
        }
        const states = [0, 1, 2].map((at) => memory.i32[segmentControl(at) + S_STATE]);
        if (options.overflow === "grow" && states.includes(SEGMENT_ABSENT)) {
          readySegment(memory, states.indexOf(SEGMENT_ABSENT));
        }
      }

      for (const one of actions) {
        const chosen = "which" in one ? open[one.which % Math.max(1, open.length)] : undefined;
        switch (one.kind) {
          case "start":
            began(recorder.startSpan(`span ${one.name}`), `span ${one.name}`);
            break;
          case "call": {
            const span = tracer.b(names[one.name]!);
            issued++;
            clock.advance(one.name * 400);
            if (span.slot >= 0) nameOf.set(span.id, `call ${one.name}`);
            tracer.e(span);
            break;
          }
          case "burst":
            for (let count = 0; count < one.count; count++) {
              const span = recorder.startSpan("burst");
              issued++;
              nameOf.set(span.id, "burst");
              span.end();
            }
            break;
          case "end":
            if (chosen === undefined) break;
            chosen.span.end();
            // Once more is nothing.
            chosen.span.end();
            open.splice(open.indexOf(chosen), 1);
            break;
          case "attribute":
            chosen?.span.setAttribute("text", "x".repeat(one.bytes));
            break;
          case "event":
            chosen?.span.addEvent("event", { key: "value" });
            break;
          case "wait":
            clock.advance(one.ns);
            break;
          case "drain":
            drain();
        }
      }
      drain();
      recording.assertBalanced(open.length);
      assert.equal(recorder.issuedCount, issued);
      assert.equal(
        recording.reader.consumer.openSpans().length,
        open.length,
        "what is open is in the table",
      );
      for (const { span } of open) assert.ok(!seen.has(span.id));
    }),
    { numRuns: 60 },
  );
});
