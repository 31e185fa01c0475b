/**
 * Workers of a Deno program. Deno runs no preload in them, so each begins with
 * a few lines of ferret's, which load the recorder and then the program's
 * module. That has to be done by dynamic imports, the module hooks would come
 * too late otherwise, and messages that arrive meanwhile are kept for it: until
 * its evaluation begins and not until that ends, since it may wait for one.
 *
 * @module
 */
import type { JoinConfig, ProgramConfig } from "../../model/program_config.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import { builtin } from "../../runtime/self.ts";
import type { HookContext } from "../hook.ts";
import { SentRings } from "./sent_rings.ts";
import { SpareRings } from "./spare_rings.ts";
import type { HandedRing, RingSupply, WorkerData } from "./worker_data.ts";
import { beginWorker } from "./worker_spans.ts";
import { JSON, Object } from "../../runtime/intrinsics.ts";

interface WebWorker {
  postMessage(message: unknown, transfer?: unknown[]): void;
  terminate(): void;
}

type WebWorkerClass = new (script: string | URL, options?: { name?: string }) => WebWorker;

/** Sent by a worker of node:worker_threads when it takes its messages itself. */
const READY = "__ferret_ready__";

/** A module that holds what lets the kept messages go. */
const GATE = dataUrl("export const gate = { open() {} };");
/** Lets them go when it is evaluated. */
const GATE_OPENER = dataUrl(`import { gate } from ${JSON.stringify(GATE)}; gate.open();`);

/** How a worker comes to its ring. */
interface Joining {
  recorder: Recorder;
  config: ProgramConfig;
  /** URL of what the worker loads first. */
  preload: string;
  /** Rings to hand over, where the worker may not map one itself. */
  spare: RingSupply | undefined;
}

/** Observes both kinds of workers. */
export function observeDenoWorkers(context: HookContext): void {
  const { recorder, config } = context;
  const { join } = config;
  if (join === undefined || !isGranted({ name: "read", path: join.workerPath })) return;
  const spare = ringSupply(config, join);
  const joining = {
    recorder,
    config,
    preload: `file://${encodeURI(join.workerPath).replace(/[?#]/g, encodeURIComponent)}`,
    spare,
  };
  observeWebWorkers(joining);
  context.onModule(["worker_threads"], () => observeThreads(joining));
}

/** Rings that workers have to be given; undefined where they map one themselves. */
function ringSupply(config: ProgramConfig, join: JoinConfig): RingSupply | undefined {
  if (config.transport === "pipe") return new SentRings(config);
  if (join.claimsPath !== undefined && isGranted({ name: "ffi" })) {
    return config.revokeFfi ? new SpareRings(join.claimsPath) : undefined;
  }
  // A worker that was given its ring: nothing to give its own workers.
  return { take: () => undefined };
}

/** Asking for what is not granted would show a prompt. */
function isGranted(descriptor: object): boolean {
  const { Deno } = globalThis as unknown as {
    Deno: { permissions: { querySync(descriptor: object): { state: string } } };
  };
  return Deno.permissions.querySync(descriptor).state === "granted";
}

function observeWebWorkers({ recorder, config, preload, spare }: Joining): void {
  const scope = globalThis as unknown as { Worker: WebWorkerClass };
  const Original = scope.Worker;
  const Replacement = class extends Original {
    #end: () => void = () => {};

    // deno-lint-ignore constructor-super -- it is called, within try
    constructor(script: string | URL, options?: { name?: string }) {
      const { span, data } = beginWorker(recorder, config, { script, name: options?.name });
      const ring = spare?.take();
      try {
        const url = resolved(script);
        // Without a ring there is nothing to begin with.
        const hasRing = spare === undefined || ring !== undefined;
        super(hasRing ? webBootstrap(url, preload, data, ring !== undefined) : url, options);
      } catch (error) {
        recorder.fail(span, error);
        recorder.end(span);
        throw error;
      }
      // The first message, before any of the program's.
      if (ring !== undefined) super.postMessage(ring, transferOf(ring));
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

function webBootstrap(
  script: string,
  preload: string,
  data: WorkerData,
  hasRing: boolean,
): string {
  return dataUrl(`
const kept = [];
let takeRing;
const ring = ${hasRing ? "new Promise((resolve) => takeRing = resolve)" : "undefined"};
const keep = (event) => {
  event.stopImmediatePropagation();
  if (takeRing === undefined) return kept.push(event);
  takeRing(event.data);
  takeRing = undefined;
};
self.addEventListener("message", keep);
const { setTimeout } = self;
const { gate } = await import(${JSON.stringify(GATE)});
// Not before the module has run as far as it does without waiting.
gate.open = () => setTimeout(() => {
  self.removeEventListener("message", keep);
  for (const { data, ports } of kept.splice(0)) {
    self.dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
  }
});
try {
  const { joinAsWorker } = await import(${JSON.stringify(preload)});
  joinAsWorker({ ...${JSON.stringify(data)}, ring: await ring });
} catch {}
await import(${JSON.stringify(gatedModule(script))});`);
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
function observeThreads({ recorder, config, preload, spare }: Joining): void {
  const threads = builtin<{ Worker: NodeWorkerClass }>("node:worker_threads");
  const Original = threads.Worker;
  const Replacement = class extends Original {
    #kept: [unknown, unknown][] | undefined;
    #end: () => void = () => {};

    // deno-lint-ignore constructor-super -- it is called, within try
    constructor(script: string | URL, options: { eval?: boolean; name?: string } = {}) {
      const isFile = options.eval !== true && !String(script).startsWith("data:");
      const ring = isFile ? spare?.take() : undefined;
      const joins = isFile && (spare === undefined || ring !== undefined);
      const { span, data } = beginWorker(recorder, config, {
        script: isFile ? script : "data:",
        name: options.name,
      });
      try {
        super(joins ? threadBootstrap(script, preload, data, ring !== undefined) : script, options);
      } catch (error) {
        recorder.fail(span, error);
        recorder.end(span);
        throw error;
      }
      if (ring !== undefined) super.postMessage(ring, transferOf(ring));
      this.#kept = joins ? [] : undefined;
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

function threadBootstrap(
  script: string | URL,
  preload: string,
  data: WorkerData,
  hasRing: boolean,
): URL {
  const url = script instanceof URL || /^[a-z]+:/i.test(script)
    ? String(script)
    : builtin<{ pathToFileURL(path: string): URL }>("node:url").pathToFileURL(script).href;
  // Not imported: who imports the module first decides which Worker it has.
  return new URL(dataUrl(`
const port = process.getBuiltinModule("node:worker_threads").parentPort;
const { gate } = await import(${JSON.stringify(GATE)});
gate.open = () => port.postMessage(${JSON.stringify(READY)});
try {
  const ring = ${
    hasRing ? `await new Promise((resolve) => port.once("message", resolve))` : "undefined"
  };
  const { joinAsWorker } = await import(${JSON.stringify(preload)});
  joinAsWorker({ ...${JSON.stringify(data)}, ring });
} catch {}
await import(${JSON.stringify(gatedModule(url))});`));
}

/** The program's module, behind another that is evaluated when all of it is loaded. */
function gatedModule(url: string): string {
  return dataUrl(`import ${JSON.stringify(GATE_OPENER)}; import ${JSON.stringify(url)};`);
}

/** Shared memory is shared and not transferred. */
function transferOf({ buffer }: HandedRing): ArrayBuffer[] {
  return buffer instanceof ArrayBuffer ? [buffer] : [];
}

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}
