/**
 * Mistakes that a command tells its user about.
 *
 * @module
 */

/** Something about the command line is wrong: exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
  readonly exitCode = 2;
  /** What to do instead. */
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** The question is understood and the recording has no answer: exit code 3. */
export class CannotSayError extends Error {
  override name = "CannotSayError";
  readonly exitCode = 3;
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
