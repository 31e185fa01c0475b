/**
 * A recording, opened at one of its runs.
 *
 * @module
 */
import type {
  RecordedLoss,
  RecordedRun,
  SpanReader,
  SpanSet,
  SpanSetOptions,
} from "../../model/span_reader.ts";
import { quoteString } from "../schema.ts";
import type { Sandbox } from "./sandbox.ts";
import { RecordedSpans } from "./recorded_spans.ts";

/** Reads through the views that a {@linkcode Sandbox} offers. */
export class RecordingReader implements SpanReader {
  readonly path: string;
  readonly run: RecordedRun;
  readonly runs: readonly RecordedRun[];
  readonly #sandbox: Sandbox;
  #setCount = 0;

  constructor(
    sandbox: Sandbox,
    options: { runs: readonly RecordedRun[]; run: RecordedRun },
  ) {
    this.#sandbox = sandbox;
    this.path = sandbox.path;
    this.runs = options.runs;
    this.run = options.run;
  }

  async losses(): Promise<RecordedLoss[]> {
    const rows = await this.#sandbox.rows(
      `SELECT reason::VARCHAR, name::VARCHAR, sum(count)::BIGINT, coalesce(sum(total_ns), 0)::BIGINT
       FROM losses WHERE run_id = ${quoteString(this.run.runId)} AND count > 0
       GROUP BY ALL ORDER BY 1, 2`,
    ) as [string | null, string | null, bigint, bigint][];
    return rows.map(([reason, name, count, totalNs]) => ({
      reason: reason ?? "unknown",
      name: name ?? undefined,
      count: Number(count),
      totalNs: Number(totalNs),
    }));
  }

  spans(options: SpanSetOptions = {}): SpanSet {
    return new RecordedSpans(this.#sandbox, {
      ...options,
      number: ++this.#setCount,
      run: this.run,
      runs: this.runs,
    });
  }

  close(): void {
    this.#sandbox.close();
  }
}
