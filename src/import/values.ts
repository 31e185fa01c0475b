/**
 * Values of files that anybody may have written: what is not of its type is
 * taken for missing.
 *
 * @module
 */

/** Times that a column of 64 bits holds, wherever they are moved to. */
const LAST_NS = 2n ** 62n;

/** A text, or a number as one. */
export function toText(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** A finite number, or a text that is one. */
export function toNumber(value: unknown): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** The objects of a list; none where it is no list. */
export function toObjects<T extends object>(value: unknown): T[] {
  return Array.isArray(value) ? value.filter(isObject) as T[] : [];
}

/** What is no object has no keys. */
export function toObject<T extends object>(value: unknown): Partial<T> {
  return isObject(value) ? value as T : {};
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Microseconds as a time in ns, or the nearest that can be stored. */
export function microsToNs(micros: number): bigint {
  const ns = Math.round(micros * 1000);
  if (Number.isNaN(ns)) return 0n;
  return toTime(BigInt(Math.max(-Number(LAST_NS), Math.min(Number(LAST_NS), ns))));
}

/** The time, or the nearest that can be stored. */
export function toTime(ns: bigint): bigint {
  return ns > LAST_NS ? LAST_NS : ns < -LAST_NS ? -LAST_NS : ns;
}

/** The ns from one time to another, not below 0, as a number that is exact. */
export function nsBetween(start: bigint, end: bigint): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Number(end - start)));
}
