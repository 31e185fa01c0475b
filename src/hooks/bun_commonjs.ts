/**
 * CommonJS on Bun. A CommonJS file that comes out of a plugin is not run at
 * all, so what ferret changes is compiled here and handed over as what it exports.
 *
 * They get a `require` of their own, because Bun's runs a file twice when two
 * that come through a plugin require each other. Everything is in
 * `require.cache`, where Bun's own `require` finds it.
 *
 * @module
 */
import { ownFs } from "../runtime/own_fs.ts";
import { builtin } from "../runtime/self.ts";
import { imitate } from "./options.ts";
import { JSON, Object, Reflect, WeakMap, WeakSet } from "../runtime/intrinsics.ts";

interface CommonJsModule {
  id: string;
  exports: unknown;
  filename: string;
  parent: CommonJsModule | null | undefined;
  children: CommonJsModule[];
  paths: string[];
  loaded: boolean;
  _compile(source: string, path: string): void;
  require(specifier: string): unknown;
}

interface Require {
  (specifier: string): unknown;
  resolve(specifier: string, options?: unknown): string;
  main: unknown;
  cache: Record<string, CommonJsModule | undefined>;
  extensions: unknown;
}

interface ModuleConstructor {
  prototype: CommonJsModule;
  new (id: string, parent: CommonJsModule | null | undefined): CommonJsModule;
  _cache: Record<string, CommonJsModule | undefined>;
  _nodeModulePaths(folder: string): string[];
}

type Wrapper = (
  exports: unknown,
  require: unknown,
  module: CommonJsModule,
  path: string,
  folder: string,
) => void;

/** What the loader needs to know of the files. */
export interface CommonJsOptions {
  /** JavaScript to run for a file, or undefined when the file is not ours or no CommonJS. */
  read(path: string): string | undefined;
  /** Whether `path` is the program's entry. */
  isMain(path: string): boolean;
}

/** Loads CommonJS files for an `import` or Bun's `require`. */
export class BunCommonJs {
  readonly #options: CommonJsOptions;
  readonly #Module = builtin<ModuleConstructor>("node:module");
  /** Modules that were run here. One that is only in the cache was put there by Bun's `require`. */
  readonly #run = new WeakSet<CommonJsModule>();
  /** The `require` that Bun made for each. */
  readonly #natives = new WeakMap<CommonJsModule, Require>();
  #main: CommonJsModule | undefined;

  constructor(options: CommonJsOptions) {
    this.#options = options;
    this.#replaceMethod();
  }

  /** Runs a file, unless it has run already. @returns What an importer sees of it. */
  namespaceOf(path: string, code: string): Record<string, unknown> {
    const cached = this.#Module._cache[path];
    const module = cached ?? this.#create(path, this.#options.isMain(path) ? null : undefined, ".");
    const isNew = !this.#run.has(module);
    const siblings = cached?.parent?.children;
    if (isNew && siblings?.includes(module) === false) siblings.push(module);
    if (isNew) this.#runModule(module, path, code);
    return namespace(module.exports, { path, isRequired: isNew && cached !== undefined });
  }

  #create(
    path: string,
    parent: CommonJsModule | null | undefined,
    id: string,
  ): CommonJsModule {
    const module = new this.#Module(path, parent);
    module.id = id;
    module.filename = path;
    module.paths = this.#Module._nodeModulePaths(folderOf(path));
    if (parent === null) this.#main = module;
    return module;
  }

  #runModule(module: CommonJsModule, path: string, code: string): void {
    const cache = this.#Module._cache;
    this.#run.add(module);
    // Before it runs: a circular require is to find it.
    cache[path] = module;
    try {
      const [wrapper, nativeRequire] = compile(module, path, code);
      const require = this.#requireFrom(module, nativeRequire);
      const { exports } = module;
      Reflect.apply(wrapper, exports, [exports, require, module, path, folderOf(path)]);
      module.loaded = true;
    } catch (error) {
      delete cache[path];
      throw error;
    }
  }

  /** Through the prototype: programs and their tracers put a method of their own there. */
  #replaceMethod(): void {
    const { prototype } = this.#Module;
    const original = prototype.require;
    const natives = this.#natives;
    const requireFrom = (module: CommonJsModule, native: Require, specifier: string) =>
      this.#require(module, specifier, { native, original });
    prototype.require = imitate(function (this: CommonJsModule, specifier: string): unknown {
      const native = natives.get(this);
      return native === undefined
        ? Reflect.apply(original, this, [specifier])
        : requireFrom(this, native, specifier);
    }, original);
  }

  #require(
    module: CommonJsModule,
    specifier: string,
    { native, original }: { native: Require; original: CommonJsModule["require"] },
  ): unknown {
    const path = typeof specifier === "string" ? pathOf(specifier, native) : undefined;
    const known = path === undefined ? undefined : this.#Module._cache[path];
    if (known !== undefined && this.#run.has(known)) return known.exports;
    const code = path === undefined ? undefined : this.#options.read(path);
    // Anything else is for Bun, which also knows best how to say what is wrong.
    if (code === undefined) return Reflect.apply(original, module, [specifier]);
    const child = known ?? this.#create(path!, module, path!);
    if (known === undefined) module.children?.push(child);
    this.#runModule(child, path!, code);
    return child.exports;
  }

  #requireFrom(module: CommonJsModule, native: Require): Require {
    const { prototype } = this.#Module;
    this.#natives.set(module, native);
    const require = (specifier: string): unknown =>
      Reflect.apply(prototype.require, module, [specifier]);
    require.resolve = native.resolve;
    const { cache, extensions } = native;
    const inherited = { main: this.#main ?? native.main, cache, extensions };
    return Object.setPrototypeOf(require, Object.setPrototypeOf(inherited, Function.prototype));
  }
}

/** The function that holds the file, compiled by Bun so that `import()` in it works. */
function compile(module: CommonJsModule, path: string, code: string): [Wrapper, Require] {
  const before = module.exports;
  const body = code.startsWith("#!") ? `//${code}` : code;
  module._compile(
    `module.exports=[function(exports,require,module,__filename,__dirname){${body}\n},require]`,
    path,
  );
  const compiled = module.exports as [Wrapper, Require];
  module.exports = before;
  return compiled;
}

/** The file that a specifier leads to; undefined for what only Bun can find. */
function pathOf(specifier: string, native: Require): string | undefined {
  try {
    return native.resolve(specifier);
  } catch {
    return undefined;
  }
}

/** What an importer sees of a CommonJS module; Bun's `require` looks for one name more. */
function namespace(
  exports: unknown,
  how: { path: string; isRequired: boolean },
): Record<string, unknown> {
  const names: Record<string, unknown> = {};
  const hasNames = typeof exports === "function" || typeof exports === "object" && exports !== null;
  // As Bun does: what was an ES module once has its own default.
  const wasModule = hasNames && (exports as { __esModule?: unknown }).__esModule === true &&
    !isInModulePackage(how.path);
  if (hasNames) {
    for (const key of Object.getOwnPropertyNames(exports)) {
      if (key === "arguments" || key === "caller" || wasModule && key === "__esModule") continue;
      names[key] = (exports as Record<string, unknown>)[key];
    }
  }
  if (!wasModule || !Object.hasOwn(exports as object, "default")) names["default"] = exports;
  if (how.isRequired) names["module.exports"] = exports;
  return names;
}

function isInModulePackage(path: string): boolean {
  return path.endsWith(".js") && packageType(path) === "module";
}

/** What the `package.json` above a file says of its files. */
export function packageType(path: string): unknown {
  for (let folder = folderOf(path); folder !== ""; folder = folderOf(folder)) {
    try {
      const manifest = ownFs().readFileSync(`${folder}/package.json`, "utf8");
      return (JSON.parse(manifest) as { type?: unknown }).type;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
