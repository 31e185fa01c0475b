/**
 * Counts, shares and words as people read them.
 *
 * @module
 */

const grouped = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `12,345`. */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** `12,345`, or `~123,450` where only one in `factor` was counted. */
export function formatEstimate(count: number, factor: number): string {
  return factor > 1 ? `~${formatCount(Math.round(count * factor))}` : formatCount(count);
}

/** `1 span`, `12,345 spans`. */
export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A part of 1 in percent with three significant digits: `0.12%`. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return "-";
  const percent = share * 100;
  // What is not nothing must not look like nothing.
  if (percent > 0 && percent < 0.001) return "<0.001%";
  return `${Number(percent.toPrecision(3))}%`;
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
}

/** All of them together. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
