/**
 * Spans of modules: how long each of the program's own files and each package
 * that they import takes to run. What a package loads of its own is part of it.
 *
 * Each that is of interest gets a last line that says it has run. What is
 * required began when it was loaded. ES modules run one after the other, when
 * all are loaded: each took the time since the one before.
 *
 * The channels on which runtimes publish what is required are of no use: with
 * a subscriber Node shows every uncaught error as one of theirs.
 *
 * No span here is ever the current one: a server that a module starts would
 * belong to that module for ever.
 *
 * @module
 */
import type { FunctionSelection } from "../../model/program_config.ts";
import { SCOPE_MODULE } from "../../model/span.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import { runtimeName } from "../../runtime/self.ts";
import type { LoadedFile, LoadResult } from "../module_hooks.ts";
import { pathOf } from "../module_hooks.ts";
import { kindOf, withLastLine } from "../package_files.ts";
import { type ModuleName, nameModule } from "./module_name.ts";
import { JSON, Math, Object, Set } from "../../runtime/intrinsics.ts";

/** Key of the function that the added lines call. */
const REGISTRY = "ferret.modules";

const { queueMicrotask } = globalThis;

/** Only code is timed. */
const CODE = /\.[cm]?[jt]sx?$/;

/** A file that `require` is running. */
interface Running {
  path: string;
  owner: string;
  /** Absent for the program's entry. */
  span: Span | undefined;
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
  readonly #excluded: readonly string[];
  /** URLs of what the program's own files import. */
  readonly #imported = new Set<string>();
  /** CommonJS files that were imported and have not begun to run, as far as one can know. */
  readonly #waiting = new Set<string>();
  readonly #running: Running[] = [];
  /** The file whose specifier was resolved last. */
  #requirer: string | undefined;
  #willSettle = false;
  #loading: Loading | undefined;
  /** When the last thing ended that is known. */
  #doneNs = 0;
  #hasEntry = false;

  /** @param files Where the program's own files are, and ferret's, which take no time of it. */
  constructor(recorder: Recorder, files: Pick<FunctionSelection, "root" | "exclude">) {
    this.#recorder = recorder;
    this.#root = files.root;
    this.#excluded = files.exclude;
    Object.defineProperty(globalThis, Symbol.for(REGISTRY), {
      configurable: true,
      value: (path: string) => this.#ran(path),
    });
  }

  /** A specifier in the file `parentUrl` leads to `url`. */
  resolved(url: string, parentUrl: string | undefined): void {
    this.#requirer = parentUrl && pathOf(parentUrl);
    if (parentUrl === undefined || isPackageFile(parentUrl)) return;
    if (!this.#isExcluded(this.#requirer!)) this.#imported.add(url);
  }

  #isExcluded(path: string): boolean {
    return this.#excluded.some((own) => path === own || path.startsWith(`${own}/`));
  }

  /** For the module hooks of Deno and Node. */
  readonly load = (file: LoadedFile): LoadResult | undefined => {
    if (this.#isExcluded(file.path)) return undefined;
    const isEntry = !this.#hasEntry;
    if (file.isRequired) {
      this.#hasEntry = true;
      return this.#loadRequired(file, isEntry);
    }
    this.loads();
    const isWanted = !isEntry && this.#imported.has(file.url) && CODE.test(file.path);
    const source = isWanted ? file.read() : undefined;
    this.#loading!.endNs = this.#recorder.nowNs();
    if (source === undefined || file.kind === undefined) return undefined;
    if (file.kind === "commonjs") this.#waiting.add(file.path);
    return { format: file.kind, source: this.withEnd(source, file.path), shortCircuit: true };
  };

  /** Runs as soon as it is loaded. */
  #loadRequired(file: LoadedFile, isEntry: boolean): LoadResult | undefined {
    if (!CODE.test(file.path)) return undefined;
    const name = nameModule(file.path, this.#root);
    // What a file is required by is still running: what is said to run in it is not.
    if (this.#requirer !== undefined) this.#resume(this.#requirer);
    const outer = this.#running.at(-1);
    if (isEntry) {
      this.#run({ path: file.path, owner: name.owner, span: undefined });
      return undefined;
    }
    if (name.owner === outer?.owner) return undefined;
    const source = file.read();
    if (source === undefined) return undefined;
    const format = file.kind ?? kindOf(source, file);
    // With a source that it did not read itself, Deno cannot resolve what such a module imports.
    if (format === "module" && runtimeName() === "deno") return undefined;
    this.#flushLoading();
    const span = this.#start(name, outer?.span && { parent: outer.span });
    this.#run({ path: file.path, owner: name.owner, span });
    return { format, source: this.withEnd(source, file.path), shortCircuit: true };
  }

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

  /** A file that requires another is the innermost that runs. */
  #resume(path: string): void {
    const index = this.#running.findLastIndex((other) => other.path === path);
    if (index >= 0) this.#fail(index + 1);
    if (index >= 0 || !this.#waiting.delete(path)) return;
    this.#fail(0);
    this.#flushLoading();
    const name = nameModule(path, this.#root);
    const span = this.#start(name, { startNs: this.#doneNs });
    this.#run({ path, owner: name.owner, span });
  }

  #run(running: Running): void {
    this.#running.push(running);
    if (this.#willSettle) return;
    this.#willSettle = true;
    // Nothing that is required runs longer than until then.
    queueMicrotask(() => {
      this.#willSettle = false;
      this.#fail(0);
    });
  }

  /** Files from this one inwards have thrown. */
  #fail(from: number): void {
    for (const { span } of this.#running.splice(from).reverse()) {
      if (span === undefined) continue;
      this.#recorder.setStatus(span, "error");
      this.#recorder.end(span);
    }
  }

  /** A module has run to its end. */
  #ran(path: string): void {
    try {
      const { nowNs } = this.#recorder;
      this.#flushLoading();
      const index = this.#running.findLastIndex((other) => other.path === path);
      this.#fail(index < 0 ? this.#running.length : index + 1);
      this.#waiting.delete(path);
      const span = index < 0
        ? this.#start(nameModule(path, this.#root), { startNs: this.#doneNs })
        : this.#running.pop()!.span;
      const endNs = nowNs();
      if (span !== undefined) this.#recorder.end(span, endNs);
      if (this.#running.length === 0) this.#doneNs = endNs;
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
