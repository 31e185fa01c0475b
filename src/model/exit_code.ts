/**
 * What the exit code of a program says.
 *
 * @module
 */

/** 128 and the number of the signal: SIGINT and SIGTERM, which end servers, and ferret's runs too. */
const ASKED_TO_END: readonly number[] = [128 + 2, 128 + 15];

/** Whether a program has failed. Not known: it has not. */
export function isFailure(exitCode: number | undefined): boolean {
  return exitCode !== undefined && exitCode !== 0 && !ASKED_TO_END.includes(exitCode);
}
