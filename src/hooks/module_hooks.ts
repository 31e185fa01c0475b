/**
 * Deno's and Node's module hooks, registered once for everything of ferret's:
 * sources that are transformed, and built-in modules that are about to be
 * loaded for the first time.
 *
 * @module
 */
import { builtin } from "../runtime/self.ts";

/** What a load hook gets and gives back. */
export interface LoadResult {
  format: string | null | undefined;
  source: string | null;
  shortCircuit?: boolean;
}

interface LoadContext {
  conditions?: readonly string[];
}

type NextLoad = (url: string, context: LoadContext) => { source: unknown };

/** Gives the source of a file, or undefined to leave it to the runtime. */
export type LoadFile = (
  path: string,
  how: { isRequired: boolean; read: () => string | undefined },
) => LoadResult | undefined;

/**
 * "Not ours": Deno's own loading goes on. Calling the next hook instead breaks
 * its handling of CommonJS packages.
 */
const NOT_OURS: LoadResult = { format: "builtin", source: null, shortCircuit: true };

interface ModuleHooks {
  resolve(specifier: string, context: unknown, next: (...args: unknown[]) => unknown): unknown;
  load?(url: string, context: LoadContext, next: NextLoad): LoadResult;
}

/**
 * Deno: lets `loadFile` see every file that is loaded.
 *
 * With a load hook, Deno 2.9 waits for ever for a top-level await that never
 * resolves, where it would say so and end. So there is one only if it is needed.
 */
export function installDenoModuleHooks(options: {
  onBuiltin: (name: string) => void;
  loadFile: LoadFile | undefined;
}): void {
  const { loadFile, onBuiltin } = options;
  const { registerHooks } = builtin<{ registerHooks(hooks: ModuleHooks): void }>("node:module");
  const hooks: ModuleHooks = {
    resolve(specifier, context, next) {
      onBuiltin(specifier.startsWith("node:") ? specifier.slice(5) : specifier);
      return next(specifier, context);
    },
  };
  if (loadFile !== undefined) {
    hooks.load = (url, context, next) => {
      if (!url.startsWith("file:///")) return NOT_OURS;
      try {
        const result = loadFile(pathOf(url), {
          isRequired: context.conditions?.includes("require") === true,
          read: () => {
            const { source } = next(url, context);
            return typeof source === "string" ? source : undefined;
          },
        });
        return result ?? NOT_OURS;
      } catch {
        // The runtime will find what is wrong with the file, and say it better.
        return NOT_OURS;
      }
    };
  }
  registerHooks(hooks);
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return decodeURIComponent(url.slice("file://".length, end < 0 ? undefined : end));
}
