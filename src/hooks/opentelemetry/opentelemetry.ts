/**
 * Libraries that use `@opentelemetry/api`: ferret answers where otherwise nobody
 * would. Nothing is registered, so that a program that sets a provider of its
 * own, however late, does it as ever, and from then on has it.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import type { ContextApi, ContextManager, Tracer } from "./api.ts";
import { SpanContextManager } from "./context_manager.ts";
import { FerretTracer } from "./tracer.ts";
import { Map, Reflect, WeakMap } from "../../runtime/intrinsics.ts";

/** Files of one build of the package have this in common. */
const BUILD = String
  .raw`\/node_modules\/@opentelemetry\/api\/build\/(?:src|esm|esnext)`;
const CONTEXT_FILE = new RegExp(`${BUILD}\\/api\\/context\\.js$`);
const TRACER_FILE = new RegExp(`${BUILD}\\/trace\\/ProxyTracer\\.js$`);

/** A tracer of the api: looks for the real one at each call until there is one. */
interface ProxyTracer {
  _delegate?: Tracer;
  name: string;
  version?: string;
  _getTracer(): Tracer;
}

export const openTelemetry: Hook = {
  name: "opentelemetry",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onPackage }) {
    /** The package may be there in several builds and versions: each with its contexts. */
    const contextsByBuild = new Map<string, ContextApi>();
    onPackage({
      file: CONTEXT_FILE,
      patch({ ContextAPI }, path) {
        contextsByBuild.set(buildOf(path), ContextAPI.getInstance());
        observeContexts(recorder, ContextAPI.prototype);
      },
    });
    onPackage({
      file: TRACER_FILE,
      patch({ ProxyTracer }, path) {
        const contexts = () => contextsByBuild.get(buildOf(path));
        observeTracers(recorder, ProxyTracer.prototype, contexts);
      },
    });
  },
};

/** Gives a manager of contexts where the api would have none. */
function observeContexts(recorder: Recorder, prototype: ContextApi): void {
  const original = methodOf(prototype, "_getContextManager");
  let ours: ContextManager | undefined;
  prototype._getContextManager = imitate(
    function (this: ContextApi): ContextManager {
      const manager = Reflect.apply(original, this, []) as ContextManager;
      if (manager.constructor.name !== "NoopContextManager") return manager;
      // The root context is what is active where nothing can be.
      return ours ??= new SpanContextManager(recorder, manager.active());
    },
    original,
  );
}

function observeTracers(
  recorder: Recorder,
  prototype: ProxyTracer,
  contextsOf: () => ContextApi | undefined,
): void {
  const original = methodOf(prototype, "_getTracer");
  const tracers = new WeakMap<ProxyTracer, Tracer>();
  prototype._getTracer = imitate(function (this: ProxyTracer): Tracer {
    const tracer = Reflect.apply(original, this, []) as Tracer;
    const contexts = contextsOf();
    if (this._delegate !== undefined || contexts === undefined) return tracer;
    let ours = tracers.get(this);
    if (ours === undefined) {
      const { name, version } = this;
      ours = new FerretTracer(recorder, {
        contexts,
        noop: tracer,
        name,
        version,
      });
      tracers.set(this, ours);
    }
    return ours;
  }, original);
}

function methodOf<T, K extends keyof T & string>(
  prototype: T,
  name: K,
): T[K] & (() => unknown) {
  const method = prototype?.[name];
  if (typeof method !== "function") {
    throw new Error(`this @opentelemetry/api has no ${name}`);
  }
  return method as T[K] & (() => unknown);
}

function buildOf(path: string): string {
  return path.replace(/\/(?:api|trace)\/[^/]*$/, "");
}
