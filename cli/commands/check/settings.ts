/**
 * What `ferret check` holds a run against: its flags, and for what they do not
 * say, the settings of the project.
 *
 * @module
 */
import type { CheckOptions } from "../../../src/analysis/check_thresholds.ts";
import { DEFAULT_ALPHA } from "../../../src/analysis/check_thresholds.ts";
import type { LossLimit } from "../../../src/analysis/check_verdict.ts";
import { parseRatio } from "../../../src/model/ratio.ts";
import { parseSelector } from "../../../src/model/selector.ts";
import { parseThreshold, type Threshold } from "../../../src/model/threshold.ts";
import type { CheckConfig } from "../../config/config.ts";
import { UsageError } from "../../errors.ts";
import type { CheckCommandOptions } from "../check.ts";
import { shorthandThresholds } from "./shorthands.ts";

/** Changes up to this share are none, when nobody says. */
const DEFAULT_MARGIN = 0.05;

/** Bounds on both sides of a percentile would meet. */
const MAX_ALPHA = 0.5;

/** What is to be checked, and how. */
export interface CheckSettings {
  thresholds: readonly Threshold[];
  /** A recording, some of its runs, or a baseline. */
  baseline: string | undefined;
  options: CheckOptions;
}

/**
 * Thresholds of flags take the place of those of the project: who asks for
 * something gets an answer to that. Everything else that a flag does not say is
 * as the project says.
 *
 * @throws {SyntaxError} @throws {UsageError}
 */
export function checkSettings(flags: CheckCommandOptions, project: CheckConfig): CheckSettings {
  const margin = flags.margin === undefined
    ? project.margin ?? DEFAULT_MARGIN
    : parseShare("--margin", flags.margin);
  const asked = [
    ...shorthandThresholds(flags, { margin }),
    ...(flags.threshold ?? []).map(parseThreshold),
  ];
  const thresholds = asked.length > 0 ? asked : (project.thresholds ?? []).map(parseThreshold);
  const span = flags.span ?? project.span;
  const maxLoss = flags.maxLoss ?? project.maxLoss;
  return {
    thresholds,
    baseline: flags.baseline ?? project.baseline,
    options: {
      span: span === undefined ? undefined : parseSelector(span),
      minSamples: flags.minSamples ?? project.minSamples,
      maxLoss: maxLoss === undefined ? undefined : parseLossLimit(maxLoss),
      alpha: toAlpha(flags, project),
      inconclusive: flags.inconclusive ?? project.inconclusive,
    },
  };
}

function toAlpha(flags: CheckCommandOptions, project: CheckConfig): number {
  const alpha = flags.alpha === undefined
    ? project.alpha ?? DEFAULT_ALPHA
    : parseShare("--alpha", flags.alpha);
  if (alpha > 0 && alpha < MAX_ALPHA) return alpha;
  throw new UsageError(
    `Cannot use --alpha ${flags.alpha ?? alpha}: it is not above 0 and below 50%`,
    "It is the chance that a program that keeps all thresholds fails: 1% unless you say so",
  );
}

function parseShare(flag: string, text: string): number {
  try {
    return parseRatio(text);
  } catch {
    throw new SyntaxError(`Cannot read ${flag} "${text}": expected something like "1%" or "0.01"`);
  }
}

function parseLossLimit(text: string): LossLimit {
  if (/^\d+$/.test(text)) return { spans: Number(text) };
  try {
    return { fraction: parseRatio(text) };
  } catch {
    throw new SyntaxError(`Cannot read --max-loss "${text}": expected "1%" or a number of spans`);
  }
}
