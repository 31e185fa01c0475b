/**
 * Files of packages that hooks want to change or to look at: which they are,
 * and what becomes of their source on the way in.
 *
 * A hook gets the exports of a file from a line that is added after its last,
 * so that stack traces stay right. Other changes add to a line and never a line.
 *
 * @module
 */
import type { LoadedFile, LoadFile } from "./module_hooks.ts";
import { JSON, Object } from "../runtime/intrinsics.ts";

/** A change to one file of a package. */
export interface SourcePatch {
  /** Matches the absolute path of the file. */
  file: RegExp;
  /** Returns the changed source, or undefined to leave it. */
  apply(source: string): string | undefined;
}

/** A look at what one file of a package exports. */
export interface PackagePatch {
  /**
   * Matches the absolute path of the file, with slashes, as in
   * `/\/node_modules\/pg\/lib\/client\.js$/`. Packages in Deno's cache are
   * matched as if they were in `node_modules` too.
   */
  file: RegExp;
  /**
   * Called just after the file has run. What it returns replaces
   * `module.exports`; of an ES module it gets the namespace, which cannot be
   * replaced. What it throws is swallowed.
   */
  // deno-lint-ignore no-explicit-any -- a package exports anything
  patch(exports: any, path: string): unknown;
}

/** How a file is compiled. */
export type FileKind = "module" | "commonjs";

/** Key of the function that the added lines call. */
const REGISTRY = "ferret.packages";

/** `…/npm/registry.npmjs.org/pg/8.11.3/lib/client.js`: a package in Deno's cache. */
const DENO_CACHE = /\/npm\/[^/]+\/((?:@[^/]+\/)?[^/]+)\/\d+\.\d+\.\d[^/]*\//;

export class PackageFiles {
  readonly #sources: SourcePatch[] = [];
  readonly #packages: PackagePatch[] = [];
  #pattern: RegExp | undefined;

  /** Whether there is nothing to look at or to change. */
  get isEmpty(): boolean {
    return this.#sources.length + this.#packages.length === 0;
  }

  addSource(patch: SourcePatch): void {
    this.#sources.push(patch);
    this.#pattern = undefined;
  }

  addPackage(patch: PackagePatch): void {
    if (this.#packages.length === 0) publish(this.#packages);
    this.#packages.push(patch);
    this.#pattern = undefined;
  }

  /** Matches the files that are waited for, and nothing when there are none. */
  get pattern(): RegExp {
    return this.#pattern ??= anyOf([...this.#sources, ...this.#packages].map(({ file }) => file));
  }

  /** The changed source, or undefined to leave it. `url` is what a module can import itself by. */
  changed(source: string, file: { path: string; url: string; kind: FileKind }): string | undefined {
    const path = knownPath(file.path);
    let code = source;
    for (const patch of this.#sources) {
      if (patch.file.test(path)) code = patch.apply(code) ?? code;
    }
    const wanted = this.#packages.flatMap((patch, index) => patch.file.test(path) ? [index] : []);
    if (wanted.length > 0) code = withLastLine(code, lineFor(file, wanted));
    return code === source ? undefined : code;
  }

  /** For the module hooks of Deno and Node. */
  readonly load: LoadFile = (file) => {
    if (!this.pattern.test(knownPath(file.path))) return undefined;
    const source = file.read();
    if (source === undefined) return undefined;
    const kind = file.kind ?? kindOf(source, file);
    const code = this.changed(source, { path: file.path, url: file.url, kind });
    return code === undefined ? undefined : { format: kind, source: code, shortCircuit: true };
  };
}

/** Whether a source that may be either is an ES module. */
export function kindOf(source: string, { path, isRequired }: Partial<LoadedFile>): FileKind {
  if (path?.endsWith(".mjs") === true) return "module";
  if (path?.endsWith(".cjs") === true) return "commonjs";
  if (isRequired === false) return "module";
  try {
    // Only compiled. An ES module has words in it that no function may have.
    new Function("exports", "require", "module", "__filename", "__dirname", hashbangless(source));
    return "commonjs";
  } catch (error) {
    // Where the program may compile nothing from text it is an EvalError.
    return error instanceof SyntaxError ? "module" : "commonjs";
  }
}

function hashbangless(source: string): string {
  return source.startsWith("#!") ? `//${source}` : source;
}

function knownPath(path: string): string {
  return path.replaceAll("\\", "/").replace(DENO_CACHE, "/node_modules/$1/");
}

function lineFor(
  { path, url, kind }: { path: string; url: string; kind: FileKind },
  wanted: readonly number[],
): string {
  const call = (exported: string) =>
    `globalThis[Symbol.for("${REGISTRY}")]?.([${wanted}],${exported},${JSON.stringify(path)})`;
  if (kind === "commonjs") return `;${call("module")}`;
  return `;import*as __ferret_self__ from${JSON.stringify(url)};${
    call("{exports:__ferret_self__}")
  }`;
}

/** Adds a line to a source. Runtimes look for a source map in the last one. */
export function withLastLine(source: string, line: string): string {
  const map = source.lastIndexOf("\n//# sourceMappingURL=");
  const isLast = map >= 0 && !source.slice(map + 1).trimEnd().includes("\n");
  return isLast ? `${source.slice(0, map)}\n${line}${source.slice(map)}` : `${source}\n${line}`;
}

function anyOf(patterns: readonly RegExp[]): RegExp {
  // An empty class matches nothing.
  return new RegExp(patterns.map(({ source }) => `(?:${source})`).join("|") || "[]");
}

function publish(patches: readonly PackagePatch[]): void {
  Object.defineProperty(globalThis, Symbol.for(REGISTRY), {
    configurable: true,
    value(wanted: number[], module: { exports: unknown }, path: string): void {
      for (const index of wanted) {
        try {
          const replacement = patches[index]!.patch(module.exports, path);
          if (replacement !== undefined) module.exports = replacement;
        } catch {
          // This hook sees nothing of the package; the others do.
        }
      }
    },
  });
}
