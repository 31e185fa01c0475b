/**
 * What may stand where the cursor is.
 *
 * @module
 */

/** A word that fits. It has no character that a terminal would obey. */
export interface Candidate {
  /** The whole word as the program would get it. */
  value: string;
  /** A few words about it. Default none. */
  description?: string | undefined;
  /** Whether more has to follow in the same word: a folder, `--limit=`. Default false. */
  isPartial?: boolean;
}

/** What fits, and who else knows more. */
export interface Completion {
  candidates: readonly Candidate[];
  /** The shell adds what files there are. Default false. */
  withFiles?: boolean;
  /** All that follows `--` is a command of its own, which the shell completes. Default false. */
  isCommand?: boolean;
}

/** Nothing fits. */
export const NOTHING: Completion = { candidates: [] };
