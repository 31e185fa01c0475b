/**
 * Sizes in bytes as people write them: `16MiB`, `512k`, `1048576`.
 *
 * @module
 */

const UNIT_BYTES: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kb: 1000,
  kib: 1024,
  m: 1024 ** 2,
  mb: 1000 ** 2,
  mib: 1024 ** 2,
  g: 1024 ** 3,
  gb: 1000 ** 3,
  gib: 1024 ** 3,
};

/** @throws {SyntaxError} when the text is no size. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = match === null ? undefined : UNIT_BYTES[match[2]!.toLowerCase()];
  if (match === null || unit === undefined) {
    throw new SyntaxError(`Cannot parse size "${text}": expected a number and a unit like "16MiB"`);
  }
  return Math.round(Number(match[1]) * unit);
}

/** A size for people, with three significant digits: `1.23 MiB`. */
export function formatSize(bytes: number): string {
  let value = bytes;
  for (const unit of ["B", "KiB", "MiB", "GiB"]) {
    if (value < 1000 || unit === "GiB") {
      return `${unit === "B" ? value : value.toPrecision(3)} ${unit}`;
    }
    value /= 1024;
  }
  return `${bytes} B`;
}
