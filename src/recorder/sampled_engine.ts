/**
 * The engine of a program that is sampled: it stands before span_engine.ts, so
 * that a program that is not sampled pays nothing for it.
 *
 * What is left out of a trace is a `Span` without a slot: it does nothing, and
 * only says to those below it that they are left out too. It has a number like
 * any other span, and is counted in the ring's header.
 *
 * @module
 */
import { F_RATE_LIMITED, F_SAMPLED, F_TRACES, F_TRACES_TAKEN } from "../ring/layout.ts";
import type { Frame, SpanContext } from "./context.ts";
import type { Sampler } from "./sampler.ts";
import {
  Span,
  SPAN_ENTERED,
  SPAN_LEFT_OUT,
  SPAN_RATE_LIMITED,
  SPAN_SAMPLED_OUT,
  SPAN_SHARED,
  type SpanOwner,
} from "./span.ts";
import type { SpanEngine } from "./span_engine.ts";

/** What the engine of a sampled program is made of. */
export interface SampledEngineOptions {
  sampler: Sampler;
  context: SpanContext;
  /** The counters of the ring's header. */
  f64: Float64Array;
  owner: SpanOwner;
}

/** Puts a sampler before an engine. */
export function createSampledEngine(engine: SpanEngine, options: SampledEngineOptions): SpanEngine {
  const { sampler, context, f64, owner } = options;
  /**
   * Below a span that is left out, `begin` need not say so again: these stand
   * for all functions there. They are never entered, and nothing else that is
   * written to them is read.
   */
  const sampledOut = shared(SPAN_SAMPLED_OUT);
  const rateLimited = shared(SPAN_RATE_LIMITED);
  /** What was decided elsewhere about the next root. */
  let elsewhere: boolean | undefined;

  function shared(reason: number): Span {
    const span = new Span(owner, -1, 0, 0, 0, 0, -1);
    span.state = reason | SPAN_SHARED;
    return span;
  }

  /** @returns 0 when the trace that begins now is taken. */
  function decide(): number {
    const reason = sampler.decide(elsewhere);
    elsewhere = undefined;
    f64[F_TRACES]!++;
    if (reason === 0) f64[F_TRACES_TAKEN]!++;
    return reason;
  }

  function count(reason: number): number {
    return engine.skip(reason === SPAN_SAMPLED_OUT ? F_SAMPLED : F_RATE_LIMITED);
  }

  function leftOut(
    reason: number,
    nameId: number,
    meta: number,
    parent: Span | undefined,
  ): Span {
    const id = count(reason);
    const span = new Span(
      owner,
      -1,
      id,
      parent === undefined ? id : parent.traceId,
      nameId,
      meta,
      -1,
    );
    span.state = reason;
    return span;
  }

  function entered(span: Span, frame: Frame): Span {
    span.state |= SPAN_ENTERED;
    span.previous = frame;
    context.enter(span, frame);
    return span;
  }

  return {
    ...engine,
    open(nameId, meta, parent) {
      let reason: number;
      if (parent === undefined) {
        reason = decide();
      } else {
        reason = parent.state & SPAN_LEFT_OUT;
        if (reason === 0) sampler.spend();
      }
      return reason === 0
        ? engine.open(nameId, meta, parent)
        : leftOut(reason, nameId, meta, parent);
    },
    begin(nameId, meta) {
      const frame = context.frame();
      const parent = context.spanOf(frame) ?? engine.origin();
      if (parent === undefined) {
        const reason = decide();
        return reason === 0
          ? engine.beginUnder(nameId, meta, parent, frame)
          : entered(leftOut(reason, nameId, meta, parent), frame);
      }
      const reason = parent.state & SPAN_LEFT_OUT;
      if (reason === 0) {
        sampler.spend();
        return engine.beginUnder(nameId, meta, parent, frame);
      }
      count(reason);
      return reason === SPAN_SAMPLED_OUT ? sampledOut : rateLimited;
    },
    own(span) {
      if ((span.state & SPAN_SHARED) === 0) return span;
      const frame = context.frame();
      const copy = new Span(owner, -1, span.id, span.traceId, span.nameId, span.meta, -1);
      copy.state = span.state & SPAN_LEFT_OUT;
      return entered(copy, frame);
    },
    follow(isSampled) {
      elsewhere = isSampled;
    },
    end(span) {
      if (span.slot >= 0) engine.end(span);
    },
    finish(span) {
      if (span.slot >= 0) engine.finish(span);
      else engine.leave(span);
    },
    enter(span) {
      if ((span.state & SPAN_SHARED) === 0) engine.enter(span);
    },
    endAt(span, endNs) {
      if (span.slot >= 0) engine.endAt(span, endNs);
    },
    endAfter(span, runningNs) {
      if (span.slot >= 0) engine.endAfter(span, runningNs);
      else engine.leave(span);
    },
  };
}
