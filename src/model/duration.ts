/**
 * Durations as people write them and as ferret prints them. Inside ferret a
 * duration is a number of nanoseconds.
 *
 * @module
 */

/** Units from the largest to the smallest, in ns. */
const UNITS: readonly (readonly [name: string, ns: number])[] = [
  ["h", 3600e9],
  ["m", 60e9],
  ["s", 1e9],
  ["ms", 1e6],
  ["us", 1e3],
  ["ns", 1],
];

const PART = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|ns)/g;

/**
 * Reads `250us`, `1.5ms`, `2s`, `1m30s` or `10ns`. A bare number is milliseconds.
 *
 * @returns Whole nanoseconds.
 * @throws {SyntaxError} when the text is no duration.
 */
export function parseDuration(text: string): number {
  // Both characters that people take for a Greek mu.
  const plain = text.trim().replace(/[µμ]/g, "u");
  const ns = /^(\d+(\.\d*)?|\.\d+)$/.test(plain) ? Number(plain) * 1e6 : sumParts(plain);
  if (ns === undefined || ns > Number.MAX_SAFE_INTEGER) {
    throw new SyntaxError(
      `Cannot parse duration "${text}": expected a number and a unit like "250us" or "1.5ms"`,
    );
  }
  return Math.round(ns);
}

/** Each unit at most once, the larger before the smaller. */
function sumParts(text: string): number | undefined {
  let ns = 0;
  let end = 0;
  let lastUnit = -1;
  for (const part of text.matchAll(PART)) {
    const unit = UNITS.findIndex(([name]) => name === part[2]);
    if (part.index !== end || unit <= lastUnit) return undefined;
    ns += Number(part[1]) * UNITS[unit]![1];
    lastUnit = unit;
    end += part[0].length;
  }
  return end > 0 && end === text.length ? ns : undefined;
}

/** A duration with three significant digits: `1.50ms`, `24.0µs`, `8ns`, `1m30s`, `2h05m`. */
export function formatDuration(ns: number): string {
  if (!Number.isFinite(ns)) return "-";
  if (ns < 0) return `-${formatDuration(-ns)}`;
  if (ns < 999.5) return `${ns < 100 ? trimZeros(ns.toPrecision(3)) : Math.round(ns)}ns`;
  for (const [name, unitNs] of [["µs", 1e3], ["ms", 1e6], ["s", 1e9]] as const) {
    const value = ns / unitNs;
    // 999.5 would be printed as 1.00e+3.
    if (value < (name === "s" ? 59.95 : 999.5)) return value.toPrecision(3) + name;
  }
  const seconds = Math.round(ns / 1e9);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${twoDigits(seconds % 60)}s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)}h${twoDigits(minutes % 60)}m`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** Spans last whole nanoseconds; only a mean does not. */
function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
