/**
 * What `ferret ab` goes by: what its options say, and what holds where they say
 * nothing.
 *
 * @module
 */
import type { Quantity } from "../../src/analysis/compare/comparison.ts";
import { parseDuration } from "../../src/model/duration.ts";
import { parseRatio } from "../../src/model/ratio.ts";
import { parseSelector, type Selector } from "../../src/model/selector.ts";
import type { AbConfig } from "../config/config.ts";
import { UsageError } from "../errors.ts";
import type { ComparisonFormat } from "../formats.ts";
import { parseQuantities } from "../quantities.ts";
import { asUsage } from "../usage.ts";
import type { OptionValues } from "./take_option.ts";

/** Settings of a comparison. */
export interface AbSettings {
  base: string | undefined;
  /** For the shell; `false`: nothing is installed; undefined: what the lockfile says. */
  install: string | false | undefined;
  warmup: number;
  span: Selector | undefined;
  quantities: readonly Quantity[] | undefined;
  margin: number;
  alpha: number;
  maxRounds: number;
  maxTimeMs: number;
  seed: number;
  ignoresFailure: boolean;
  showsOutput: boolean;
  out: string | undefined;
  format: ComparisonFormat;
  isQuiet: boolean;
}

/** What holds when nobody says. */
export const DEFAULTS = {
  warmup: "1",
  margin: "5%",
  alpha: "1%",
  maxRounds: "40",
  maxTime: "10m",
  seed: "1",
  format: "text",
} as const;

/** More rounds than anybody waits for. */
const MAX_ROUNDS = 10_000;

/**
 * What the options say, else what the project's configuration does.
 *
 * @throws {UsageError} about a value that cannot be read.
 */
export function readSettings(values: OptionValues, config: AbConfig = {}): AbSettings {
  const textOf = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === "string" ? value : undefined;
  };
  const valueOf = (key: keyof typeof DEFAULTS) => textOf(key) ?? DEFAULTS[key];
  const numberOf = <T>(key: string, own: T | undefined, read: () => T) =>
    values[key] === undefined && own !== undefined ? own : read();
  const span = textOf("span") ?? config.span;
  const of = textOf("of") ?? config.of;
  return {
    base: textOf("base"),
    install: values["install"] === false ? false : textOf("install") ?? config.install,
    warmup: numberOf(
      "warmup",
      config.warmup,
      () => wholeNumber("--warmup", valueOf("warmup"), 0),
    ),
    span: span === undefined ? undefined : asUsage(() => profileSelector(span)),
    quantities: of === undefined ? undefined : asUsage(() => parseQuantities(of)),
    margin: numberOf("margin", config.margin, () => shareOf("--margin", valueOf("margin"))),
    alpha: numberOf("alpha", config.alpha, () => shareOf("--alpha", valueOf("alpha"))),
    maxRounds: numberOf(
      "maxRounds",
      config.maxRounds,
      () => wholeNumber("--max-rounds", valueOf("maxRounds"), 1),
    ),
    maxTimeMs: numberOf("maxTime", config.maxTimeNs, () => timeOf(valueOf("maxTime"))) / 1e6,
    seed: wholeNumber("--seed", valueOf("seed"), 0),
    ignoresFailure: values["ignoreFailure"] === true,
    showsOutput: values["showOutput"] === true,
    out: textOf("out"),
    format: valueOf("format") as ComparisonFormat,
    isQuiet: values["quiet"] === true,
  };
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= least && (value <= MAX_ROUNDS || option === "--seed" && value < 2 ** 32)) {
    return value;
  }
  throw new UsageError(
    `Cannot use ${option} "${text}": expected a whole number from ${least} on`,
  );
}

function shareOf(option: string, text: string): number {
  const share = asUsage(() => parseRatio(text));
  if (share > 0 && share < 1) return share;
  throw new UsageError(`Cannot use ${option} "${text}": expected more than 0% and less than 100%`);
}

/** In ns. */
function timeOf(text: string): number {
  const ns = asUsage(() => parseDuration(text));
  if (ns > 0) return ns;
  throw new UsageError(`Cannot use --max-time "${text}": it is no time at all`);
}

/** Of each run a profile is kept, and that knows no attributes. */
function profileSelector(text: string): Selector {
  const selector = parseSelector(text);
  if (selector.attributes.length === 0) return selector;
  throw new UsageError(
    `Cannot use --span "${text}": spans are compared by name, not by attributes`,
  );
}
