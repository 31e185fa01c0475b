/**
 * Questions to the spans of a run about what often means trouble, as SQL.
 *
 * @module
 */
import type { RecordedRun, TimeRange } from "../../model/span_reader.ts";
import type {
  BlockingCallOptions,
  BlockingCalls,
  CallPatternOptions,
  CallPatterns,
  ErrorCount,
  SuspicionReader,
  UnfinishedCount,
} from "../../model/suspicion.ts";
import { quoteString } from "../schema.ts";
import { attributeText } from "./attribute_filter.ts";
import { readBlockingCalls } from "./blocking_calls.ts";
import { readCallPatterns } from "./call_patterns.ts";
import { partsQuery } from "./run_parts.ts";
import type { Sandbox } from "./sandbox.ts";
import { originNs } from "./span_groups.ts";

/**
 * Programs find out whether there is a file by asking for it: that there is none
 * is an answer. Types of errors are looked at only where that could be it.
 */
const LOOKED_FOR = `coalesce(CASE WHEN scope = 'fs'
    AND regexp_matches(name::VARCHAR, '(stat|access|exists|realpath|readlink)(Sync)?$', 'i')
  THEN ${attributeText("error.type")} IN ('ENOENT', 'ENOTDIR', 'NotFound') END, false)`;

/** Asks one run. */
export class Suspicions implements SuspicionReader {
  readonly #sandbox: Sandbox;
  readonly #run: RecordedRun;
  readonly #isOfRun: string;

  constructor(sandbox: Sandbox, run: RecordedRun) {
    this.#sandbox = sandbox;
    this.#run = run;
    this.#isOfRun = `run_id = ${quoteString(run.runId)}`;
  }

  async errorsByType(limit: number, during?: readonly TimeRange[]): Promise<ErrorCount[]> {
    const spans = partsQuery(this.#run, "name, scope, attributes", {
      where: `status = 'error' ${during === undefined ? `AND NOT ${LOOKED_FOR}` : ""}`,
      during,
    });
    const rows = await this.#sandbox.rows(
      `SELECT name::VARCHAR, scope::VARCHAR, ${attributeText("error.type")} AS type,
         ${LOOKED_FOR} AS looked_for, count(*)::BIGINT AS n
       FROM ${spans} GROUP BY ALL ORDER BY n DESC, 1, 2, 3 LIMIT ${limit}`,
    ) as [string, string, string | null, boolean, bigint][];
    return rows.map(([name, scope, type, isLookedFor, count]) => ({
      name,
      scope,
      type: type ?? undefined,
      count: Number(count),
      ...isLookedFor ? { isLookedFor } : {},
    }));
  }

  async unfinished(limit: number): Promise<UnfinishedCount[]> {
    const rows = await this.#sandbox.rows(
      `SELECT name::VARCHAR, scope::VARCHAR, count(*)::BIGINT AS n,
         (min(start_ns) - ${originNs(this.#run)})::DOUBLE
       FROM spans WHERE ${this.#isOfRun} AND duration_ns IS NULL AND status = 'unfinished'
       GROUP BY ALL ORDER BY n DESC, 1, 2 LIMIT ${limit}`,
    ) as [string, string, bigint, number][];
    return rows.map(([name, scope, count, firstStartNs]) => ({
      name,
      scope,
      count: Number(count),
      firstStartNs,
    }));
  }

  callPatterns(options: CallPatternOptions): Promise<CallPatterns> {
    return readCallPatterns(this.#sandbox, this.#run, options);
  }

  blockingCalls(options: BlockingCallOptions): Promise<BlockingCalls[]> {
    return readBlockingCalls(this.#sandbox, this.#run, options);
  }
}
