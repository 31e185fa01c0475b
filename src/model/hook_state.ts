/**
 * What can become of a hook in a thread of a program. The position in the list
 * is the code in the ring's records: it may grow at its end.
 *
 * @module
 */
export const HOOK_STATES = [
  /** Installed, and what it observes has not been loaded. */
  "waiting",
  /** In place: what it observes is recorded. */
  "active",
  /** Left out with `--no-hook`, or not named by `--hook`. */
  "off",
  /** It could not be installed; the reason says why. The program runs without it. */
  "failed",
  /** There is nothing for it to observe here: another runtime, or a missing feature. */
  "unavailable",
] as const;

/** One of {@linkcode HOOK_STATES}. */
export type HookState = (typeof HOOK_STATES)[number];
