/**
 * Which runtime this is, and its built-in modules without an `import`: a static
 * import of `node:` modules would cost a Deno program 13 ms at start.
 *
 * @module
 */
import { Reflect } from "./intrinsics.ts";

/** As in model/program_config.ts; this folder imports nothing. */
type RuntimeName = "deno" | "bun" | "node";

interface RuntimeGlobals {
  Deno?: { version: { deno: string }; pid: number };
  Bun?: { version: string };
  process?: { pid: number; version: string; getBuiltinModule(name: string): unknown };
}

const globals = globalThis as RuntimeGlobals;

/** The runtime that executes this code. */
export function runtimeName(): RuntimeName {
  if (globals.Deno !== undefined) return "deno";
  return globals.Bun !== undefined ? "bun" : "node";
}

/** Its version, such as `2.9.6`. */
export function runtimeVersion(): string {
  return globals.Deno?.version.deno ?? globals.Bun?.version ??
    globals.process!.version.replace(/^v/, "");
}

/** The id of this process. */
export function processId(): number {
  return globals.Deno?.pid ?? globals.process!.pid;
}

/** The runtime's own, of which hooks may have put another in the place. */
let getBuiltinModule: ((name: string) => unknown) | undefined;

/** A built-in module, loaded when asked for. */
export function builtin<T>(name: string): T {
  getBuiltinModule ??= globals.process!.getBuiltinModule;
  return Reflect.apply(getBuiltinModule, globals.process, [name]) as T;
}
