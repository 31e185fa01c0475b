/**
 * A timer that the program does not see: it keeps nothing alive, is in no list
 * of what is active, leaks in no test's eyes and is not faked with the others.
 *
 * @module
 */

/** Calls `callback` once, after `delayMs`. */
export type SetTimer = (callback: () => void, delayMs: number) => void;

interface Globals {
  setTimeout(callback: () => void, delayMs: number): { unref(): void };
  Deno?: {
    internal: symbol;
    unrefTimer(id: unknown): void;
    [key: symbol]: {
      core?: {
        createSystemTimer?(
          callback: () => void,
          ms: number,
          isRefed: boolean,
        ): void;
      };
    };
  };
}

/** To be called before the program can replace timers. */
export function createUnseenTimer(): SetTimer {
  const { Deno, setTimeout } = globalThis as unknown as Globals;
  if (Deno === undefined) {
    return (callback, delayMs) => setTimeout(callback, delayMs).unref();
  }
  // Deno has timers for itself that tests do not count. A private door: tried, not trusted.
  const createSystemTimer = Deno[Deno.internal]?.core?.createSystemTimer;
  if (typeof createSystemTimer === "function") {
    return (callback, delayMs) => createSystemTimer(callback, delayMs, false);
  }
  const { unrefTimer } = Deno;
  return (callback, delayMs) => unrefTimer(setTimeout(callback, delayMs));
}
