/**
 * Spans of modules: how long each of the program's own files and each package
 * that they import takes to run. What a package loads of its own is part of it.
 *
 * A `require` is timed by what the runtime publishes about it. Of ES modules
 * nobody tells when they run, but they run one after the other: so each that is
 * of interest gets a last line that says it is done, and took the time since
 * the one before.
 *
 * No span here is ever the current one: a server that a module starts would
 * belong to that module for ever.
 *
 * @module
 */
import { SCOPE_MODULE } from "../../model/span.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import type { LoadedFile, LoadResult } from "../module_hooks.ts";
import { withLastLine } from "../package_files.ts";
import { type ModuleName, nameModule } from "./module_name.ts";

/** Key of the function that the added lines call. */
const REGISTRY = "ferret.modules";

/** Only what makes code is timed. */
const CODE = /\.[cm]?[jt]sx?$/;

/** A call of `require` that is under way. */
interface Required {
  /** Absent until a file is loaded, and for a package within itself. */
  span: Span | undefined;
  owner: string | undefined;
}

/** What is loaded meanwhile, before any of it runs. */
interface Loading {
  startNs: number;
  endNs: number;
  count: number;
}

export class ModuleSpans {
  readonly #recorder: Recorder;
  readonly #root: string;
  /** URLs of what the program's own files import. */
  readonly #imported = new Set<string>();
  readonly #required: Required[] = [];
  #loading: Loading | undefined;
  /** When the last thing ended that is known. */
  #doneNs = 0;
  #hasEntry = false;

  constructor(recorder: Recorder, root: string) {
    this.#recorder = recorder;
    this.#root = root;
    Object.defineProperty(globalThis, Symbol.for(REGISTRY), {
      configurable: true,
      value: (path: string) => this.#ran(path),
    });
  }

  /** A specifier in the file `parentUrl` leads to `url`. */
  resolved(url: string, parentUrl: string | undefined): void {
    if (parentUrl !== undefined && !isPackageFile(parentUrl)) this.#imported.add(url);
  }

  /** For the module hooks of Deno and Node. */
  readonly load = (file: LoadedFile): LoadResult | undefined => {
    const isEntry = !this.#hasEntry;
    if (file.isRequired) {
      this.#hasEntry = true;
      this.#begin(file.path, isEntry);
      return undefined;
    }
    this.loads();
    const isWanted = !isEntry && this.#imported.has(file.url) && CODE.test(file.path);
    // CommonJS says by `require` when it runs.
    const source = isWanted && file.kind === "module" ? file.read() : undefined;
    this.#loading!.endNs = this.#recorder.nowNs();
    if (source === undefined) return undefined;
    const code = this.withEnd(source, file.path);
    return { format: "module", source: code, shortCircuit: true };
  };

  /** A file is loaded that will be run when all that it imports has. */
  loads(): void {
    this.#hasEntry = true;
    const atNs = this.#recorder.nowNs();
    this.#loading ??= { startNs: atNs, endNs: atNs, count: 0 };
    this.#loading.endNs = atNs;
    this.#loading.count++;
  }

  /** The source of a module that says when it has run. */
  withEnd(source: string, path: string): string {
    const call = `globalThis[Symbol.for("${REGISTRY}")]?.(${JSON.stringify(path)})`;
    return withLastLine(source, `;${call};`);
  }

  /** `require` is called. */
  requireStarts(): void {
    this.#required.push({ span: undefined, owner: undefined });
  }

  /** The last call of `require` that has not ended yet does. */
  requireEnds(): void {
    const span = this.#required.pop()?.span;
    if (span === undefined) return;
    const endNs = this.#recorder.nowNs();
    this.#recorder.end(span, endNs);
    if (this.#required.length === 0) this.#doneNs = endNs;
  }

  /** Node: a file that was imported, so that no load hook is called, is about to run. */
  requireStartsWith(path: string): void {
    this.requireStarts();
    // Only once: it is in the cache then.
    if (this.#imported.delete(`file://${encodeURI(path)}`)) this.#begin(path, false);
  }

  /** The file that the innermost `require` is for is loaded. The entry is the program itself. */
  #begin(path: string, isEntry: boolean): void {
    const call = this.#required.at(-1);
    if (call === undefined || call.owner !== undefined) return;
    const name = nameModule(path, this.#root);
    const outer = this.#required.findLast(({ owner }) => owner !== undefined);
    call.owner = name.owner;
    if (isEntry || name.owner === outer?.owner) return;
    const around = this.#required.findLast(({ span }) => span !== undefined)?.span;
    this.#flushLoading();
    call.span = this.#start(name, around && { parent: around });
  }

  /** A module has run to its end. */
  #ran(path: string): void {
    try {
      this.#flushLoading();
      const { nowNs } = this.#recorder;
      const startNs = this.#doneNs;
      const endNs = this.#doneNs = nowNs();
      const span = this.#start(nameModule(path, this.#root), { startNs });
      this.#recorder.end(span, endNs);
    } catch {
      // The module is not in the recording.
    }
  }

  /** The files of a graph are loaded before the first of them runs. */
  #flushLoading(): void {
    const loading = this.#loading;
    if (loading === undefined) return;
    this.#loading = undefined;
    this.#doneNs = Math.max(this.#doneNs, loading.endNs);
    // A file alone is no graph.
    if (loading.count < 2) return;
    const span = this.#recorder.startSpan("load modules", {
      scope: SCOPE_MODULE,
      startNs: loading.startNs,
      attributes: { "ferret.module.count": loading.count },
    });
    this.#recorder.end(span, loading.endNs);
  }

  #start({ name, path }: ModuleName, how?: { parent?: Span; startNs?: number }): Span {
    const attributes = { "code.file.path": path };
    return this.#recorder.startSpan(name, { scope: SCOPE_MODULE, attributes, ...how });
  }
}

function isPackageFile(url: string): boolean {
  return url.includes("/node_modules/") || /\/npm\/[^/]+\/[^/]+\//.test(url);
}
