/**
 * Flags of `ferret check` that stand for thresholds.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { parseDuration } from "../../../src/model/duration.ts";
import { parseRatio } from "../../../src/model/ratio.ts";
import { sanitize } from "../../../src/model/sanitize.ts";
import { noWorseThreshold, parseThreshold, type Threshold } from "../../../src/model/threshold.ts";
import { UsageError } from "../../errors.ts";

/** Flags that stand for a threshold, and what they measure. */
export const SHORTHANDS = {
  p50: "p(50)",
  p90: "p(90)",
  p95: "p(95)",
  p99: "p(99)",
  p999: "p(99.9)",
  max: "max",
  avg: "avg",
  errorRate: "errors",
} as const;

/** One of the {@linkcode SHORTHANDS}. */
export type Shorthand = keyof typeof SHORTHANDS;

/** What each of them was given: `true` is the flag alone. */
export type ShorthandValues = Partial<Record<Shorthand, string | true | undefined>>;

/**
 * The thresholds that the flags stand for.
 *
 * @param options.margin Share up to which a change is none.
 * @throws {SyntaxError} about a value, not about a threshold that the user never wrote.
 * @throws {UsageError}
 */
export function shorthandThresholds(
  values: ShorthandValues,
  { margin }: { margin: number },
): Threshold[] {
  return (Object.keys(SHORTHANDS) as Shorthand[]).flatMap((option) => {
    const value = values[option];
    if (value === undefined) return [];
    const flag = option === "errorRate" ? "--error-rate" : `--${option}`;
    const aggregate = SHORTHANDS[option];
    if (value !== true) {
      // A limit that is just reached is kept: an error rate of 0% can be asked for.
      return [parseThreshold(`${aggregate} <= ${limitOf(option, flag, value.trim())}`)];
    }
    if (option === "max") {
      throw new UsageError(
        `Cannot use ${flag} without a limit: the slowest span of a run is chance`,
        `Write ${flag} 200ms, or ${flag.replace("max", "p99")} to compare with a baseline`,
      );
    }
    return [noWorseThreshold(aggregate, margin)];
  });
}

/** The value as it stands in a threshold; a rate always as a share. */
function limitOf(option: Shorthand, flag: string, value: string): string {
  // A change from the baseline is read with its threshold.
  if (/^[+-].*%$/.test(value)) return value;
  try {
    if (option === "errorRate") return `${Number((parseRatio(value) * 100).toPrecision(9))}%`;
    parseDuration(value);
    return value;
  } catch (error) {
    if (/\.duckdb\b|\/$/.test(value) || existsSync(value)) {
      throw new UsageError(
        `Cannot use ${flag} "${sanitize(value)}": it is a recording and no limit`,
        `Write ferret check ${sanitize(value)} ${flag}`,
      );
    }
    throw error;
  }
}
