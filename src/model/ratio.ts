/**
 * Shares as people write them.
 *
 * @module
 */

/**
 * A share such as `1%` or `0.01`.
 *
 * @throws {SyntaxError} when it is none, or when `1` could be one percent as well as all.
 */
export function parseRatio(text: string): number {
  const match = /^(\d+(?:\.\d*)?|\.\d+)\s*(%?)$/.exec(text.trim());
  const isPercent = match?.[2] === "%";
  const ratio = match === null ? NaN : Number(match[1]) / (isPercent ? 100 : 1);
  if (ratio < 1 || ratio === 1 && isPercent) return ratio;
  throw new SyntaxError(`Cannot read share "${text}": expected something like "1%" or "0.01"`);
}
