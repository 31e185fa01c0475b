/**
 * Built-in modules whose named exports Deno has made long before ferret can
 * change anything: who imports these gets a module with the exports as they are.
 *
 * Not for every module: redirecting `node:url`, `node:util`, `node:zlib` or
 * `node:worker_threads` makes Deno 2.9 panic.
 *
 * @module
 */
import { builtin } from "../runtime/self.ts";
import { JSON, Object, Set } from "../runtime/intrinsics.ts";

const MODULES: ReadonlySet<string> = new Set(["dns", "dns/promises", "timers"]);
const SCHEME = "ferret-facade:";

/** The URL of what stands in for a built-in module, if anything has to. */
export function facadeOf(name: string): string | undefined {
  return MODULES.has(name) ? SCHEME + name : undefined;
}

/** The source of such a URL; undefined for any other. */
export function facadeSource(url: string): string | undefined {
  if (!url.startsWith(SCHEME)) return undefined;
  const specifier = JSON.stringify(`node:${url.slice(SCHEME.length)}`);
  const names = Object.keys(builtin<object>(JSON.parse(specifier) as string)).join();
  return `const exports = process.getBuiltinModule(${specifier});` +
    `export default exports; export const { ${names} } = exports;`;
}
