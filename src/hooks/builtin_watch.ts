/**
 * Who waits for which built-in module: loading node:http for a program that
 * does not use it would cost 15 ms on Deno and 20 on Bun.
 *
 * @module
 */

/** Deno makes the named exports of these when it loads a module: afterwards is too late. */
const LOADED_BEFORE: Record<string, readonly string[]> = {
  "fs/promises": ["fs"],
  http2: ["fs", "http", "https"],
};

/**
 * Loading these takes Bun 10 ms: packages that may or may not use them do not make
 * that worth it. Those that `require` them are seen.
 */
const COSTLY: ReadonlySet<string> = new Set(["dns", "dns/promises", "http2", "net", "tls", "ws"]);

export class BuiltinWatch {
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #observed = new Set<string>();

  /** Runs `install` once, before any of these modules is loaded. */
  on(names: readonly string[], install: () => void): void {
    for (const name of names) {
      this.#observed.add(name);
      const waiting = this.#waiting.get(name) ?? new Set();
      waiting.add(install);
      this.#waiting.set(name, waiting);
    }
  }

  /** A module is about to be loaded. */
  load(name: string): void {
    for (const before of LOADED_BEFORE[name] ?? []) this.load(before);
    const waiting = this.#waiting.get(name);
    if (waiting === undefined) return;
    for (const install of [...waiting]) {
      // One of them may load the module itself, and so come back here.
      if (waiting.has(install)) this.#run(install);
    }
  }

  /** Whether anybody has ever waited for this module. */
  isObserved(name: string): boolean {
    return this.#observed.has(name);
  }

  /** Any module may be loaded from now on. */
  loadAll(): void {
    for (const name of [...this.#waiting.keys()]) this.load(name);
  }

  /** Packages may load any module, and this file those that it names. */
  loadFor(source: string): void {
    for (const name of [...this.#waiting.keys()]) {
      const isNamed = new RegExp(`["'\`](?:node:)?${name}["'\`]`).test(source);
      if (isNamed || !COSTLY.has(name)) this.load(name);
    }
  }

  #run(install: () => void): void {
    for (const [name, waiting] of this.#waiting) {
      waiting.delete(install);
      if (waiting.size === 0) this.#waiting.delete(name);
    }
    try {
      install();
    } catch {
      // This hook is off; the others are not.
    }
  }
}
