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
import { forEachChild, isFunction, type Parse, type SyntaxNode } from "./syntax.ts";

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
  id: string;
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

/** Modules that were compiled here. One that is only in the cache was put there by `require`. */
const compiled = new WeakSet<CommonJsModule>();

function loadCommonJs(path: string, source: string, instrument: Instrument): LoadedByBun {
  const Module = builtin<ModuleConstructor>("node:module");
  const cached = Module._cache[path];
  const module = cached ?? new Module(path, null);
  if (!compiled.has(module)) {
    compiled.add(module);
    if (cached === undefined) {
      module.id = ".";
      module.filename = path;
      module.paths = Module._nodeModulePaths(path.slice(0, path.lastIndexOf("/")));
      // Before it runs: a circular require must find it and not run it again.
      Module._cache[path] = module;
    }
    module._compile(commonJsSource(path, source, instrument), path);
    module.loaded = true;
  }
  const { exports } = module;
  return { loader: "object", exports: moduleNamespace(exports, cached !== undefined) };
}

function commonJsSource(path: string, source: string, instrument: Instrument): string {
  let program: SyntaxNode | undefined;
  const parse: Parse = (text, name) => program = oxcParse("commonjs")(text, name);
  const code = safely(() => instrument(source, path, parse)) ?? source;
  // Outside of Bun's own loading, `this` is not the exports.
  const needsThis = program !== undefined && /\bthis\b/.test(source) && usesThis(program);
  if (!needsThis) return code;
  return `(function(){${code.replace(/^#!/, "//")}\n}).apply(module.exports,arguments)`;
}

/** Whether `this` stands outside of everything that has its own. */
function usesThis(node: SyntaxNode): boolean {
  if (node.type === "ThisExpression") return true;
  if (node.type === "ClassBody" || isFunction(node) && node.type !== "ArrowFunctionExpression") {
    return false;
  }
  let found = false;
  forEachChild(node, (child) => {
    found ||= usesThis(child);
  });
  return found;
}

/** What an importer sees of a CommonJS module; `require` looks for one name more. */
function moduleNamespace(exports: unknown, isRequired: boolean): Record<string, unknown> {
  const names: Record<string, unknown> = {};
  if (typeof exports === "function" || typeof exports === "object" && exports !== null) {
    const isFunction = typeof exports === "function";
    const keys = isFunction ? Object.getOwnPropertyNames(exports) : Object.keys(exports);
    for (const key of keys) {
      if (key !== "arguments" && key !== "caller") names[key] = (exports as never)[key];
    }
  }
  names["default"] = exports;
  if (isRequired) names["module.exports"] = exports;
  return names;
}
