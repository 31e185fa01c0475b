/**
 * Workers of a Deno program. Deno runs no preload in them, so each begins with
 * a few lines of ferret's, which load the recorder and then the program's
 * module. That has to be done by dynamic imports, the module hooks would come
 * too late otherwise, and messages that arrive meanwhile are kept for it.
 *
 * @module
 */
import type { ProgramConfig } from "../../model/program_config.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import { builtin } from "../../runtime/self.ts";
import type { HookContext } from "../hook.ts";
import type { WorkerData } from "./worker_data.ts";
import { beginWorker } from "./worker_spans.ts";

interface WebWorker {
  terminate(): void;
}

type WebWorkerClass = new (script: string | URL, options?: { name?: string }) => WebWorker;

/** Sent by a worker of node:worker_threads when it takes its messages itself. */
const READY = "__ferret_ready__";

/** Observes both kinds of workers. */
export function observeDenoWorkers(context: HookContext): void {
  const { recorder, config } = context;
  const { join } = config;
  if (join?.claimsPath === undefined || !mayRead(join.workerPath)) return;
  const preload = `file://${encodeURI(join.workerPath)}`;
  observeWebWorkers(recorder, config, preload);
  context.onModule(["worker_threads"], () => observeThreads(recorder, config, preload));
}

/** A worker may load only what the program may read. */
function mayRead(path: string): boolean {
  const { Deno } = globalThis as unknown as {
    Deno: { permissions: { querySync(descriptor: object): { state: string } } };
  };
  const isGranted = (descriptor: object) =>
    Deno.permissions.querySync(descriptor).state === "granted";
  return isGranted({ name: "read", path }) && isGranted({ name: "ffi" });
}

function observeWebWorkers(recorder: Recorder, config: ProgramConfig, preload: string): void {
  const scope = globalThis as unknown as { Worker: WebWorkerClass };
  const Original = scope.Worker;
  const Replacement = class extends Original {
    #end: () => void = () => {};

    constructor(script: string | URL, options?: { name?: string }) {
      const { span, data } = beginWorker(recorder, config, { script, name: options?.name });
      try {
        super(webBootstrap(resolved(script), preload, data), options);
      } catch (error) {
        recorder.fail(span, error);
        recorder.end(span);
        throw error;
      }
      this.#end = () => recorder.end(span);
    }

    override terminate(): void {
      this.#end();
      super.terminate();
    }
  };
  Object.defineProperty(Replacement, "name", { value: Original.name });
  scope.Worker = Replacement;
}

/** As the constructor would: relative names belong to the page, and Deno has one only with --location. */
function resolved(script: string | URL): string {
  const { location } = globalThis as { location?: { href: string } };
  return new URL(String(script), location?.href).href;
}

function webBootstrap(script: string, preload: string, data: WorkerData): string {
  return dataUrl(`
const kept = [];
const keep = (event) => { event.stopImmediatePropagation(); kept.push(event); };
self.addEventListener("message", keep);
try {
  const { joinAsWorker } = await import(${JSON.stringify(preload)});
  joinAsWorker(${JSON.stringify(data)});
} catch {}
try {
  await import(${JSON.stringify(script)});
} finally {
  self.removeEventListener("message", keep);
  for (const { data, ports } of kept) {
    self.dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
  }
}`);
}

interface NodeWorker {
  postMessage(message: unknown, transfer?: unknown): void;
  emit(event: string, ...values: unknown[]): boolean;
}

type NodeWorkerClass = new (
  script: string | URL,
  options?: { eval?: boolean; name?: string },
) => NodeWorker;

/** The parent keeps the messages here: the worker's port cannot hold them back. */
function observeThreads(recorder: Recorder, config: ProgramConfig, preload: string): void {
  const threads = builtin<{ Worker: NodeWorkerClass }>("node:worker_threads");
  const Original = threads.Worker;
  const Replacement = class extends Original {
    #kept: [unknown, unknown][] | undefined;
    #end: () => void = () => {};

    constructor(script: string | URL, options: { eval?: boolean; name?: string } = {}) {
      const isFile = options.eval !== true && !String(script).startsWith("data:");
      const { span, data } = beginWorker(recorder, config, {
        script: isFile ? script : "data:",
        name: options.name,
      });
      try {
        super(isFile ? threadBootstrap(script, preload, data) : script, options);
      } catch (error) {
        recorder.fail(span, error);
        recorder.end(span);
        throw error;
      }
      this.#kept = isFile ? [] : undefined;
      this.#end = () => recorder.end(span);
    }

    override postMessage(message: unknown, transfer?: unknown): void {
      if (this.#kept === undefined) super.postMessage(message, transfer);
      else this.#kept.push([message, transfer]);
    }

    override emit(event: string, ...values: unknown[]): boolean {
      if (event === "exit") this.#end();
      if (event === "message" && values[0] === READY) {
        const kept = this.#kept ?? [];
        this.#kept = undefined;
        for (const [message, transfer] of kept) super.postMessage(message, transfer);
        return true;
      }
      return super.emit(event, ...values);
    }
  };
  Object.defineProperty(Replacement, "name", { value: Original.name });
  threads.Worker = Replacement;
}

function threadBootstrap(script: string | URL, preload: string, data: WorkerData): URL {
  const url = script instanceof URL || /^[a-z]+:/i.test(script)
    ? String(script)
    : builtin<{ pathToFileURL(path: string): URL }>("node:url").pathToFileURL(script).href;
  return new URL(dataUrl(`
try {
  const { joinAsWorker } = await import(${JSON.stringify(preload)});
  joinAsWorker(${JSON.stringify(data)});
} catch {}
try {
  await import(${JSON.stringify(url)});
} finally {
  // Not before: who imports the module first decides which Worker it has.
  const { parentPort } = await import("node:worker_threads");
  parentPort.postMessage(${JSON.stringify(READY)});
}`));
}

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
