/**
 * Durations as people write and read them: `250us`, `1.5ms`, `1m30s`.
 *
 * @module
 */

/** Nanoseconds of each unit. `µ` exists twice in Unicode. */
const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "µs": 1e3,
  "μs": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** What {@linkcode formatDuration} prints with three significant digits. */
const DECIMAL_UNITS = ["ns", "us", "ms", "s"] as const;

/** A bare number is milliseconds, as in k6. */
const DEFAULT_UNIT = "ms";

const SIGNIFICANT_DIGITS = 3;
const MINUTE_S = 60;
const HOUR_S = 3600;

/**
 * Reads a duration.
 *
 * @returns Nanoseconds, a whole number.
 * @throws {SyntaxError} when the text is not a duration.
 */
export function parseDuration(text: string): number {
  const compact = text.trim();
  if (/^\d*\.?\d+$|^\d+\.$/.test(compact)) {
    return toNs(text, Number(compact) * UNIT_NS[DEFAULT_UNIT]!);
  }
  let ns = 0;
  let end = 0;
  for (const match of compact.matchAll(/(\d+\.?\d*|\.\d+)\s?([a-zµμ]+)\s?/gy)) {
    const factor = UNIT_NS[match[2]!];
    if (factor === undefined) {
      throw new SyntaxError(
        `Cannot read duration "${text}": "${match[2]}" is not one of ns, us, ms, s, m, h`,
      );
    }
    ns += Number(match[1]) * factor;
    end = match.index + match[0].length;
  }
  if (end === 0 || end !== compact.length) {
    const state = compact.startsWith("-")
      ? "it is negative"
      : "expected something like 250us, 1.5ms or 2s";
    throw new SyntaxError(`Cannot read duration "${text}": ${state}`);
  }
  return toNs(text, ns);
}

/** Prints a duration with three significant digits, and from a minute on as `1m30s` or `2h05m`. */
export function formatDuration(ns: number): string {
  if (ns < 0) return `-${formatDuration(-ns)}`;
  if (ns < 1) return ns === 0 ? "0ns" : `${Number(ns.toPrecision(SIGNIFICANT_DIGITS))}ns`;
  let value = ns;
  for (const unit of DECIMAL_UNITS) {
    const isLast = unit === "s";
    const limit = isLast ? MINUTE_S : 1000;
    const rounded = toThreeDigits(value, unit);
    // 999.6us is 1.00ms, not 1000us.
    if (Number(rounded) < limit) return rounded + unit;
    if (!isLast) value /= 1000;
  }
  return formatLong(Math.round(value));
}

function toThreeDigits(value: number, unit: string): string {
  const rounded = Number(value.toPrecision(SIGNIFICANT_DIGITS));
  // Nothing is shorter than a nanosecond: 12 ns are not 12.0 ns.
  if (unit === "ns") return String(rounded);
  return value >= 1000 ? String(rounded) : value.toPrecision(SIGNIFICANT_DIGITS);
}

function formatLong(seconds: number): string {
  if (seconds < HOUR_S) {
    return `${Math.floor(seconds / MINUTE_S)}m${pad(seconds % MINUTE_S)}s`;
  }
  const minutes = Math.round(seconds / MINUTE_S);
  return `${Math.floor(minutes / 60)}h${pad(minutes % 60)}m`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

function toNs(text: string, ns: number): number {
  const rounded = Math.round(ns);
  if (!Number.isSafeInteger(rounded)) {
    throw new SyntaxError(`Cannot read duration "${text}": it is longer than 104 days`);
  }
  return rounded;
}
