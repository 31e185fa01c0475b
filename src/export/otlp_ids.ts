/**
 * Ids as OpenTelemetry has them: 16 bytes for a trace, 8 for a span. Those of a
 * recording are numbers within a run; with the run's id in front of them they
 * are unique everywhere, and those that they have on the wire. A trace that came
 * in with an id keeps it.
 *
 * @module
 */
import type { RecordedSpan } from "../model/span_reader.ts";
import { traceSeedOf } from "../model/trace_seed.ts";

/** Gives ids to spans that come trace by trace, each from its root on. */
export class OtlpIds {
  readonly #seed: string;
  /** The trace at hand, and its id. */
  #trace: number | undefined;
  #id = "";

  constructor(runId: string) {
    this.#seed = traceSeedOf(runId);
  }

  /** 32 hex digits. */
  traceId({ traceId, w3cTraceId }: RecordedSpan): string {
    if (traceId !== this.#trace) {
      const isWireId = w3cTraceId !== undefined && /^[0-9a-f]{32}$/.test(w3cTraceId);
      this.#trace = traceId;
      this.#id = isWireId ? w3cTraceId : this.#seed + hex16(traceId);
    }
    return this.#id;
  }

  /** 16 hex digits; never only zeros, which would be no id. */
  spanId(spanId: number): string {
    return hex16(spanId);
  }
}

function hex16(value: number): string {
  return BigInt(Math.max(1, Math.round(value))).toString(16).padStart(16, "0").slice(-16);
}
