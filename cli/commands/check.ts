/**
 * `ferret check`: the gate. Whatever the verdict, it goes to stdout.
 *
 * @module
 */
import type { Verdict } from "../../src/analysis/check_report.ts";
import { checkThresholds } from "../../src/analysis/check_thresholds.ts";
import type { LossLimit } from "../../src/analysis/check_verdict.ts";
import { parseDuration } from "../../src/model/duration.ts";
import { parseSelector } from "../../src/model/selector.ts";
import { parseRatio } from "../../src/model/ratio.ts";
import { parseThreshold, type Threshold } from "../../src/model/threshold.ts";
import { UsageError } from "../errors.ts";
import type { GateFormat } from "../formats.ts";
import type { Io } from "../io.ts";
import { readRecording, type RecordingOptions } from "../read_recording.ts";
import { printCheck } from "../render/gate/print_gate.ts";
import { asUsage } from "../usage.ts";

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

/** Options of `ferret check`. */
export interface CheckCommandOptions
  extends RecordingOptions, Partial<Record<Shorthand, string | true | undefined>> {
  /** A selector. Default: server spans, else root spans. */
  span?: string | undefined;
  threshold?: readonly string[] | undefined;
  minSamples?: number | undefined;
  /** `1%` or a number of spans. Default: none. */
  maxLoss?: string | undefined;
  /** Default: text. */
  format?: GateFormat | undefined;
}

const EXIT_CODES: Readonly<Record<Verdict, number>> = { pass: 0, fail: 1, inconclusive: 3 };

/** @returns 0 pass, 1 fail, 3 cannot say. @throws {RecordingError} @throws {UsageError} */
export async function check(options: CheckCommandOptions, io: Io): Promise<number> {
  const thresholds = asUsage(() => thresholdsOf(options));
  if (thresholds.length === 0) {
    throw new UsageError(
      "Cannot check: no threshold was given",
      "Try ferret check --p99 200ms, or --threshold 'http.server:*: errors < 1%'",
    );
  }
  const settings = asUsage(() => ({
    span: options.span === undefined ? undefined : parseSelector(options.span),
    minSamples: options.minSamples,
    maxLoss: options.maxLoss === undefined ? undefined : parseLossLimit(options.maxLoss),
  }));
  const report = await readRecording(
    options,
    io,
    (reader) => checkThresholds(reader, thresholds, settings),
  );
  printCheck(report, options.format ?? "text", io);
  return EXIT_CODES[report.verdict];
}

/** @throws {SyntaxError} @throws {UsageError} */
function thresholdsOf(options: CheckCommandOptions): Threshold[] {
  const thresholds: Threshold[] = [];
  for (const [option, aggregate] of Object.entries(SHORTHANDS) as [Shorthand, string][]) {
    const value = options[option];
    if (value === undefined) continue;
    const flag = option === "errorRate" ? "--error-rate" : `--${option}`;
    if (value === true || /^[+-].*%$/.test(value.trim())) {
      throw new UsageError(
        `Cannot use ${flag} without a limit: baselines are not built yet`,
        `Write ${flag} ${option === "errorRate" ? "1%" : "200ms"}`,
      );
    }
    // A limit that is just reached is kept: an error rate of 0% can be asked for.
    thresholds.push(parseThreshold(`${aggregate} <= ${limitOf(option, value)}`));
  }
  return [...thresholds, ...(options.threshold ?? []).map(parseThreshold)];
}

/**
 * The value as it stands in a threshold; a rate always as a share.
 *
 * @throws {SyntaxError} about the value, not about a threshold that the user never wrote.
 */
function limitOf(option: Shorthand, value: string): string {
  const trimmed = value.trim();
  if (option === "errorRate") return `${Number((parseRatio(trimmed) * 100).toPrecision(9))}%`;
  parseDuration(trimmed);
  return trimmed;
}

function parseLossLimit(text: string): LossLimit {
  if (/^\d+$/.test(text)) return { spans: Number(text) };
  try {
    return { fraction: parseRatio(text) };
  } catch {
    throw new SyntaxError(`Cannot read --max-loss "${text}": expected "1%" or a number of spans`);
  }
}
