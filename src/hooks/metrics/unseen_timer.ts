/**
 * A timer that the program does not see: it keeps nothing alive, is in no list
 * of what is active, leaks in no test's eyes and is not faked with the others.
 *
 * @module
 */

/** Calls the callback once, after `delayMs`. */
export type SetTimer = (delayMs: number) => void;

interface Timeout {
  refresh(): void;
  unref(): void;
}

interface Globals {
  setTimeout(callback: () => void, delayMs: number): Timeout;
  Deno?: {
    internal: symbol;
    unrefTimer(id: unknown): void;
    [key: symbol]: {
      core?: { createSystemTimer?(callback: () => void, ms: number, isRefed: boolean): void };
    };
  };
}

/**
 * To be called before the program can replace timers.
 *
 * @param callback Sets the timer again itself.
 */
export function createUnseenTimer(callback: () => void): SetTimer {
  const { Deno, setTimeout } = globalThis as unknown as Globals;
  if (Deno === undefined) return refreshedTimer(callback, setTimeout);
  // Deno has timers for itself that tests do not count. A private door: tried, not trusted.
  const createSystemTimer = Deno[Deno.internal]?.core?.createSystemTimer;
  if (typeof createSystemTimer === "function") {
    return (delayMs) => createSystemTimer(callback, delayMs, false);
  }
  const { unrefTimer } = Deno;
  return (delayMs) => unrefTimer(setTimeout(callback, delayMs));
}

/** The same timer as long as it can be: async hooks are told of each new one. */
function refreshedTimer(callback: () => void, setTimeout: Globals["setTimeout"]): SetTimer {
  let timer: Timeout | undefined;
  let timerMs = 0;
  return (delayMs) => {
    if (timer !== undefined && delayMs === timerMs) return timer.refresh();
    timerMs = delayMs;
    timer = setTimeout(callback, delayMs);
    timer.unref();
  };
}
