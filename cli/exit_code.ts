/**
 * How a process ended, as a shell says it.
 *
 * @module
 */
import { constants } from "node:os";

/** The exit code, or 128 + n when signal n ended it. */
export function exitCodeOf(code: number | null, signal: NodeJS.Signals | null): number {
  return code ?? 128 + (signal === null ? 0 : constants.signals[signal] ?? 0);
}
