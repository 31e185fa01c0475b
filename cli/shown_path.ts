/**
 * Paths as they are told to users.
 *
 * @module
 */
import { relative } from "node:path";
import process from "node:process";

/** Seen from the current folder, unless it lies elsewhere. */
export function shownPath(path: string): string {
  const seen = relative(process.cwd(), path);
  return seen === "" || /^\.\.[/\\]\.\.[/\\]\.\./.test(seen) ? path : seen;
}
