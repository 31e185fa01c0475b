/**
 * Tells a file from another one of the same name.
 *
 * @module
 */
import { statSync } from "node:fs";

/** What stays the same as long as a file or folder is the same; undefined when there is none. */
export function fileIdentity(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
