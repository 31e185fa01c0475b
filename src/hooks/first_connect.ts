/**
 * For those who want to be there when the program connects to anything for the
 * first time, and not before.
 *
 * @module
 */

const waiting: (() => void)[] = [];

/** Calls `install` once, if connections are watched. */
export function beforeFirstConnect(install: () => void): void {
  waiting.push(install);
}

/** A connection is about to be made. */
export function connecting(): void {
  for (const install of waiting.splice(0)) {
    try {
      install();
    } catch {
      // That hook is off.
    }
  }
}
