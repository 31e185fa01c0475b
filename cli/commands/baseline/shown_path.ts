/**
 * Paths as they are told: from the current folder where they lie in it.
 *
 * @module
 */
import { relative } from "node:path";
import process from "node:process";

/** The shorter of the two ways to write a path. */
export function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near !== "" && near.length < path.length ? near : path;
}
