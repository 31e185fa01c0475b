/**
 * Turns what parsers of values say into what a user is told.
 *
 * @module
 */
import { UsageError } from "./errors.ts";

/** Calls `parse`. @throws {UsageError} where it throws a SyntaxError. */
export function asUsage<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(error.message);
    throw error;
  }
}
