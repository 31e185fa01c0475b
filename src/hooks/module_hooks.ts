/**
 * Deno's and Node's module hooks, registered once for everything of ferret's:
 * sources that are transformed, and built-in modules that are about to be
 * loaded for the first time.
 *
 * @module
 */
import { builtin } from "../runtime/self.ts";
import { facadeOf, facadeSource } from "./deno_facades.ts";
import { Object, Set } from "../runtime/intrinsics.ts";

/** What a load hook gives back. */
export interface LoadResult {
  format: string | null | undefined;
  source: string | null;
  shortCircuit?: boolean;
}

/** A file that is about to be compiled. */
export interface LoadedFile {
  path: string;
  url: string;
  /** Loaded by `require`. */
  isRequired: boolean;
  /** How the runtime says it is compiled; absent where it does not tell. */
  kind: "module" | "commonjs" | undefined;
  /** Its source, undefined when there is none in text. */
  read(): string | undefined;
}

/** Gives the source of a file, or undefined to leave it to the runtime. */
export type LoadFile = (file: LoadedFile) => LoadResult | undefined;

interface LoadContext {
  conditions?: readonly string[];
  /** Of what is resolved: the module that imports it. */
  parentURL?: string;
}

interface NextResult {
  format?: string | null;
  source: unknown;
}

type NextResolve = (specifier: string, context: LoadContext) => { url: string };
type NextLoad = (url: string, context: LoadContext) => NextResult;

interface ModuleHooks {
  resolve(specifier: string, context: LoadContext, next: NextResolve): unknown;
  load?(url: string, context: LoadContext, next: NextLoad): unknown;
}

interface HookOptions {
  /**
   * Told before a built-in module is loaded, without `node:`.
   *
   * @returns Whether anything of it may have been replaced.
   */
  onBuiltin: (name: string) => boolean;
  /** Told what an import leads to. */
  onResolved: ((url: string, parentUrl: string | undefined) => void) | undefined;
  loadFile: LoadFile | undefined;
}

/**
 * "Not ours": Deno's own loading goes on. Calling the next hook instead breaks
 * its handling of CommonJS packages.
 */
const NOT_OURS: LoadResult = { format: "builtin", source: null, shortCircuit: true };

/**
 * What may be a static import other than our own. Of an ES module that is
 * required, Deno does not find these when it has not read the source itself.
 */
const IMPORT = /\b(?:import|from)\s*["'](?!file:)/;

/**
 * Deno: lets `loadFile` see every file that is loaded.
 *
 * With a load hook, Deno 2.9 waits for ever for a top-level await that never
 * resolves, where it would say so and end. So there is one only if it is needed.
 */
export function installDenoModuleHooks({ onBuiltin, onResolved, loadFile }: HookOptions): void {
  /** Modules whose source was changed for an `import`. */
  const changed = new Set<string>();
  const isReplaced = watchExtensions();

  function load(url: string, context: LoadContext, next: NextLoad): LoadResult {
    if (!url.startsWith("file:///")) {
      const source = facadeSource(url);
      return source === undefined ? NOT_OURS : { format: "module", source, shortCircuit: true };
    }
    const isRequired = context.conditions?.includes("require") === true;
    // With a source of ours, what the program has put in their place would not be called.
    if (isRequired && isReplaced(url)) return NOT_OURS;
    // With a source of its own for `require`, Deno would run the module a second time.
    if (isRequired && changed.has(url)) return NOT_OURS;
    try {
      const result = loadFile!({
        path: pathOf(url),
        url,
        isRequired,
        kind: isRequired ? undefined : "module",
        read: () => textOf(next(url, context).source),
      });
      if (isRequired && result?.format === "module" && IMPORT.test(result.source ?? "")) {
        return NOT_OURS;
      }
      if (result !== undefined && !isRequired) changed.add(url);
      return result ?? NOT_OURS;
    } catch {
      // The runtime will find what is wrong with the file, and say it better.
      return NOT_OURS;
    }
  }

  registerHooks({
    resolve(specifier, context, next) {
      const name = withoutScheme(specifier);
      const canRedirect = loadFile !== undefined && context.conditions?.includes("import") === true;
      const facade = onBuiltin(name) && canRedirect ? facadeOf(name) : undefined;
      if (facade !== undefined) return { url: facade, format: "module", shortCircuit: true };
      const resolved = next(specifier, context);
      onResolved?.(resolved.url, context.parentURL);
      return resolved;
    },
    ...loadFile === undefined ? {} : { load },
  });
}

/** Tells whether the program compiles such files by itself since, as `require.extensions` allows. */
function watchExtensions(): (url: string) => boolean {
  const { _extensions } = builtin<{ _extensions: Record<string, unknown> }>("node:module");
  const before = { ..._extensions };
  return (url) => {
    const extension = url.slice(url.lastIndexOf("."));
    const known = Object.hasOwn(_extensions, extension) ? extension : ".js";
    return _extensions[known] !== before[known];
  };
}

/** Node: the same. */
export function installNodeModuleHooks({ onBuiltin, onResolved, loadFile }: HookOptions): void {
  function load(url: string, context: LoadContext, next: NextLoad): unknown {
    if (!url.startsWith("file:///")) return next(url, context);
    let loaded: NextResult | undefined;
    let result: LoadResult | undefined;
    try {
      result = loadFile!({
        path: pathOf(url),
        url,
        isRequired: context.conditions?.includes("require") === true,
        get kind() {
          loaded ??= next(url, context);
          return kindOf(loaded.format);
        },
        read() {
          loaded ??= next(url, context);
          return textOf(loaded.source);
        },
      });
    } catch {
      // The runtime will find what is wrong with the file, and say it better.
    }
    if (result === undefined) return loaded ?? next(url, context);
    // As Node says it: `commonjs-typescript` has its types taken out.
    return { ...result, format: loaded?.format ?? result.format };
  }

  registerHooks({
    resolve(specifier, context, next) {
      onBuiltin(withoutScheme(specifier));
      const resolved = next(specifier, context);
      onResolved?.(resolved.url, context.parentURL);
      return resolved;
    },
    ...loadFile === undefined ? {} : { load },
  });
}

/** One stage after the other: the second gets what the first made of a file. */
export function inTurn(
  first: LoadFile | undefined,
  second: LoadFile | undefined,
): LoadFile | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return (file) => {
    const changed = first(file);
    if (changed === undefined) return second(file);
    const { format } = changed;
    const again = second({
      ...file,
      kind: format === "module" || format === "commonjs" ? format : undefined,
      read: () => changed.source ?? undefined,
    });
    return again === undefined ? changed : { ...again, format };
  };
}

function registerHooks(hooks: ModuleHooks): void {
  builtin<{ registerHooks(hooks: ModuleHooks): void }>("node:module").registerHooks(hooks);
}

function withoutScheme(specifier: string): string {
  return specifier.startsWith("node:") ? specifier.slice(5) : specifier;
}

function kindOf(format: string | null | undefined): LoadedFile["kind"] {
  if (format === "module" || format === "module-typescript") return "module";
  return format === "commonjs" || format === "commonjs-typescript" ? "commonjs" : undefined;
}

function textOf(source: unknown): string | undefined {
  if (typeof source === "string") return source;
  return ArrayBuffer.isView(source) || source instanceof ArrayBuffer
    ? new TextDecoder().decode(source)
    : undefined;
}

/** The path in a file URL. */
export function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return decodeURIComponent(url.slice("file://".length, end < 0 ? undefined : end));
}
