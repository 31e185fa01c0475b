/**
 * Ids as OpenTelemetry has them: 16 bytes for a trace, 8 for a span. Those of a
 * recording are numbers within a run; with the run's id in front of them they
 * are unique everywhere. A trace that came in or went out over the wire keeps
 * the id that it had there.
 *
 * @module
 */
import type { RecordedSpan } from "../model/span_reader.ts";

export class OtlpIds {
  /** 16 hex digits that stand for the run. */
  readonly #seed: string;
  /** Ids from the wire by trace number. Traces that have one are few. */
  readonly #wireIds = new Map<number, string>();

  constructor(runId: string) {
    const digits = runId.replace(/[^0-9a-f]/gi, "").toLowerCase();
    this.#seed = digits.padEnd(16, "0").slice(0, 16);
  }

  /** 32 hex digits. */
  traceId({ traceId, w3cTraceId }: RecordedSpan): string {
    if (w3cTraceId !== undefined && /^[0-9a-f]{32}$/.test(w3cTraceId)) {
      this.#wireIds.set(traceId, w3cTraceId);
    }
    return this.#wireIds.get(traceId) ?? this.#seed + hex16(traceId);
  }

  /** 16 hex digits; never only zeros, which would be no id. */
  spanId(spanId: number): string {
    return hex16(spanId);
  }
}

function hex16(value: number): string {
  return BigInt(Math.max(1, Math.round(value))).toString(16).padStart(16, "0").slice(-16);
}
