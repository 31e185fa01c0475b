/**
 * Workers of Bun and Node: each begins with a preload, which finds out from
 * its environment data whom it belongs to.
 *
 * @module
 */
import type { ProgramConfig } from "../../model/program_config.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import { builtin, runtimeName } from "../../runtime/self.ts";
import type { HookContext } from "../hook.ts";
import { SentRings } from "./sent_rings.ts";
import { type RingSupply, setWorkerData } from "./worker_data.ts";
import { beginWorker } from "./worker_spans.ts";
import { Object, Reflect } from "../../runtime/intrinsics.ts";

interface WorkerOptions {
  eval?: boolean;
  name?: string;
  /** Bun. */
  preload?: string | string[];
}

// deno-lint-ignore no-explicit-any -- the classes of two runtimes
type WorkerClass = new (script: any, options?: WorkerOptions) => any;

/** Observes node:worker_threads and, on Bun, web workers. */
export function observeThreads(context: HookContext): void {
  const { recorder, config } = context;
  const isSent = config.transport === "pipe";
  const preload = config.join?.claimsPath === undefined && !isSent
    ? undefined
    : config.join?.modulePath;
  const supply = isSent ? new SentRings(config) : undefined;
  const parts = { recorder, config, preload, supply };
  if (runtimeName() === "bun") {
    const scope = globalThis as unknown as { Worker: WorkerClass };
    scope.Worker = observed(scope.Worker, parts);
  }
  context.onModule(["worker_threads"], () => {
    const threads = builtin<{ Worker: WorkerClass }>("node:worker_threads");
    // Bun has one class for both.
    if (runtimeName() === "bun" && threads.Worker === globalThis.Worker as unknown) return;
    threads.Worker = observed(threads.Worker, parts);
    if (runtimeName() === "node") {
      builtin<{ syncBuiltinESMExports(): void }>("node:module").syncBuiltinESMExports();
    }
  });
}

function observed(
  Original: WorkerClass,
  parts: {
    recorder: Recorder;
    config: ProgramConfig;
    preload: string | undefined;
    supply: RingSupply | undefined;
  },
): WorkerClass {
  const { recorder, config, preload, supply } = parts;
  const isBun = runtimeName() === "bun";
  const Replacement = class extends Original {
    #end: () => void = () => {};

    // deno-lint-ignore constructor-super -- it is called, within try
    constructor(script: unknown, options?: WorkerOptions) {
      const { span, data } = beginWorker(recorder, config, {
        script: options?.eval === true ? "data:" : script,
        name: options?.name,
      });
      const changed = isBun && preload !== undefined
        ? { ...options, preload: [preload, ...[options?.preload ?? []].flat()] }
        : options;
      setWorkerData({ ...data, ring: supply?.take() });
      try {
        super(script, changed);
      } catch (error) {
        recorder.fail(span, error);
        recorder.end(span);
        throw error;
      } finally {
        setWorkerData(undefined);
      }
      this.#end = () => recorder.end(span);
      // A web worker tells of its end with an event; only Bun has it.
      if (!("emit" in Original.prototype)) this.addEventListener("close", this.#end);
    }

    emit(event: string, ...values: unknown[]): boolean {
      if (event === "exit") this.#end();
      return super.emit(event, ...values);
    }
  };
  if (!("emit" in Original.prototype)) Reflect.deleteProperty(Replacement.prototype, "emit");
  Object.defineProperty(Replacement, "name", { value: Original.name });
  return Replacement;
}
