/**
 * Who waits for which built-in module: loading node:http for a program that
 * does not use it would cost 15 ms on Deno and 20 on Bun.
 *
 * @module
 */
import { builtin } from "../runtime/self.ts";
import { Array, Map, Set } from "../runtime/intrinsics.ts";

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

  /** Whether nobody has ever waited for any. */
  get isEmpty(): boolean {
    return this.#observed.size === 0;
  }

  /** Whether anybody has ever waited for this module. */
  isObserved(name: string): boolean {
    return this.#observed.has(name);
  }

  /** Any module may be loaded from now on. */
  loadAll(): void {
    for (const name of [...this.#waiting.keys()]) this.load(name);
  }

  /** A file loads the modules that it names, and packages that it names may load any. */
  loadFor(source: string): void {
    const names = bareImports(source);
    const hasPackages = names.some((name) => !isBuiltin(name));
    const named = new Set(names.map((name) => name.replace(/^node:/, "")));
    for (const name of [...this.#waiting.keys()]) {
      if (named.has(name) || hasPackages && !COSTLY.has(name)) this.load(name);
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

const BARE_IMPORT = /\b(?:from|import|require)\b\s*\(?\s*["'`]([^./"'`][^"'`]*)["'`]/g;

/** What a file imports that is no file; what it computes is not known. */
function bareImports(source: string): string[] {
  return Array.from(source.matchAll(BARE_IMPORT), ([, name]) => name!);
}

function isBuiltin(name: string): boolean {
  return /^(node:|bun$|bun:)/.test(name) ||
    builtin<{ isBuiltin(name: string): boolean }>("node:module").isBuiltin(name);
}
