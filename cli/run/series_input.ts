/**
 * The input of a series: each of its runs reads the same.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";

const PIECE_BYTES = 64 * 1024;

/**
 * Copies ferret's input to `path` if it is a file: there the first run would
 * leave nothing to the others. A pipe may never end, and a terminal has more.
 *
 * @returns `path`, or `undefined` where the input is no file.
 */
export function keepInput(path: string): string | undefined {
  if (!isFile(0)) return undefined;
  const copy = openSync(path, "wx", 0o600);
  try {
    const piece = new Uint8Array(PIECE_BYTES);
    for (;;) {
      const length = readSync(0, piece);
      if (length === 0) return path;
      for (let at = 0; at < length;) at += writeSync(copy, piece, at, length - at);
    }
  } finally {
    closeSync(copy);
  }
}

function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}
