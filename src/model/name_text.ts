/**
 * Names of spans as people are shown them.
 *
 * @module
 */
import { sanitize } from "./sanitize.ts";

/** A name with everything unsafe written out, and something to read where it is empty. */
export function nameText(name: string): string {
  return name === "" ? "(no name)" : sanitize(name);
}
