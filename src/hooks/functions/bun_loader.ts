/**
 * Bun: the user's files go through a plugin on their way in.
 *
 * A plugin must deliver what its filter caught, and CommonJS files that come
 * out of a plugin lose their exports; those are compiled here, as Bun would,
 * and handed over as an object.
 *
 * @module
 */
import { builtin } from "../../runtime/self.ts";
import type { Instrument } from "./instrument.ts";
import { oxcParse } from "./parsers.ts";

type Loader = "js" | "jsx" | "ts" | "tsx";

interface BunPluginBuilder {
  onLoad(
    constraints: { filter: RegExp },
    load: (args: { path: string }) => LoadedByBun,
  ): void;
}

type LoadedByBun =
  | { contents: string; loader: Loader }
  | { exports: Record<string, unknown>; loader: "object" };

interface CommonJsModule {
  exports: unknown;
  filename: string;
  paths: string[];
  loaded: boolean;
  _compile(source: string, path: string): void;
}

interface ModuleConstructor {
  new (id: string, parent: null): CommonJsModule;
  _cache: Record<string, CommonJsModule | undefined>;
  _extensions: Record<string, (module: CommonJsModule, path: string) => void>;
  _nodeModulePaths(folder: string): string[];
}

/** Instruments the files that match `pattern`. */
export function installBunLoader(
  instrument: Instrument,
  options: { pattern: RegExp; onImports: () => void },
): void {
  const { plugin } = (globalThis as unknown as {
    Bun: { plugin(options: { name: string; setup(build: BunPluginBuilder): void }): void };
  }).Bun;
  const fs = builtin<{ readFileSync(path: string, encoding: "utf8"): string }>("node:fs");
  plugin({
    name: "ferret",
    setup(build) {
      build.onLoad({ filter: options.pattern }, ({ path }) => {
        const source = fs.readFileSync(path, "utf8");
        if (BARE_IMPORT.test(source)) options.onImports();
        if (isCommonJs(path, source)) return loadCommonJs(path, source, instrument);
        const instrumented = safely(() => instrument(source, path, oxcParse("module")));
        return { contents: instrumented ?? source, loader: loaderOf(path) };
      });
    },
  });
}

function loaderOf(path: string): Loader {
  if (path.endsWith(".tsx")) return "tsx";
  if (/\.[cm]?ts$/.test(path)) return "ts";
  // Bun reads JSX in .js files too.
  return "jsx";
}

function safely<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined;
  }
}

const MODULE_SYNTAX = /^\s*(?:import\s*[\w{*"'(]|export\s*[\w{*])|\bimport\s*\.\s*meta\b/m;
const COMMON_JS_SYNTAX = /\brequire\s*\(|\bmodule\s*\.\s*exports\b|\bexports\s*[.[]|\b__dirname\b/;

/** An import of something that is not a file of the program's. */
const BARE_IMPORT = /\b(?:from|import|require)\b\s*\(?\s*["'`][^./"'`]/;

/** As Bun decides: by extension, else by what the file says. */
function isCommonJs(path: string, source: string): boolean {
  if (/\.c[jt]s$/.test(path)) return true;
  if (/\.m[jt]s$/.test(path) || MODULE_SYNTAX.test(source)) return false;
  return COMMON_JS_SYNTAX.test(source);
}

function loadCommonJs(path: string, source: string, instrument: Instrument): LoadedByBun {
  const Module = builtin<ModuleConstructor>("node:module");
  const folder = path.slice(0, path.lastIndexOf("/"));
  const cached = Module._cache[path];
  const module = cached ?? new Module(path, null);
  if (cached === undefined) {
    module.filename = path;
    module.paths = Module._nodeModulePaths(folder);
    // Before it runs: a circular require must find it and not run it again.
    Module._cache[path] = module;
    module._compile(safely(() => instrument(source, path, oxcParse("commonjs"))) ?? source, path);
    module.loaded = true;
  }
  const exports = module.exports;
  const named = typeof exports === "object" || typeof exports === "function" ? exports : {};
  return {
    loader: "object",
    exports: { ...named, default: exports, "module.exports": exports },
  };
}
