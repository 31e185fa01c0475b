/**
 * What one span costs in this very run: the engine of the program's own
 * recorder rehearses a few hundred spans, of which nothing remains.
 *
 * Not with a second recorder: engines keep the constants of a closure in the
 * machine code only while there is one such closure, and a second one would
 * make every span of the program 25 ns dearer.
 *
 * Done when a program has recorded 64 spans, and again at 16 times as many; it
 * takes some ten microseconds each time.
 *
 * @module
 */
import type { Clock } from "../runtime/clock.ts";
import type { SpanContext } from "./context.ts";
import type { SpanEngine } from "./span_engine.ts";
import { Math } from "../runtime/intrinsics.ts";

/** No type of a record: a reader of the open-span table passes over it. */
const REHEARSED_META = 0;
const BATCHES = 4;
const SPANS_PER_BATCH = 64;

/** Creates the function that measures the cost of a span, in ns. */
export function createCalibration(
  clock: Clock,
  context: SpanContext,
): (engine: SpanEngine) => number {
  const { nowNs } = clock;
  return (engine) => {
    const { begin, finish } = engine;
    let best = Infinity;
    const batch = () => {
      const startNs = nowNs();
      for (let i = 0; i < SPANS_PER_BATCH; i++) finish(begin(0, REHEARSED_META));
      best = Math.min(best, (nowNs() - startNs) / SPANS_PER_BATCH);
    };
    const frame = context.frame();
    // Outside every context, so that no span of the program's gets these children.
    context.leave(undefined);
    for (let i = 0; i < BATCHES; i++) engine.rehearse(SPANS_PER_BATCH, batch);
    context.leave(frame);
    return Number.isFinite(best) ? best : 0;
  };
}
