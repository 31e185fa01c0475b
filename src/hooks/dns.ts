/**
 * Questions to name servers: `node:dns` with its callbacks and promises, and
 * `Deno.resolveDns`. `Bun.dns` cannot be replaced.
 *
 * @module
 */
import type { Attributes } from "../model/span.ts";
import type { Recorder } from "../recorder/recorder.ts";
import { builtin, runtimeName } from "../runtime/self.ts";
import type { Hook } from "./hook.ts";
import { beforeFirstConnect } from "./first_connect.ts";
import { type AnyFunction, failNetSpan, observeNetPromise, startNetSpan } from "./net_spans.ts";
import { imitate } from "./options.ts";
import { hideOwnFrames } from "./own_frames.ts";
import { replaceFunction } from "./replace_function.ts";
import { Array, Reflect, Set } from "../runtime/intrinsics.ts";

const FUNCTIONS = [
  "lookup",
  "lookupService",
  "resolve",
  "resolve4",
  "resolve6",
  "resolveAny",
  "resolveCaa",
  "resolveCname",
  "resolveMx",
  "resolveNaptr",
  "resolveNs",
  "resolvePtr",
  "resolveSoa",
  "resolveSrv",
  "resolveTlsa",
  "resolveTxt",
  "reverse",
] as const;

const PROMISIFIED = Symbol.for("nodejs.util.promisify.custom");
const MAX_NAME_CHARS = 255;
const IP_ADDRESS = /^\d+(\.\d+){3}$|:/;

interface DnsFunctions {
  Resolver: { prototype: object };
}

export const dns: Hook = {
  name: "dns",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onModule }) {
    let isInstalled = false;
    const install = () => {
      if (isInstalled) return;
      isInstalled = true;
      observeModule(recorder);
    };
    onModule(["dns", "dns/promises"], install);
    // By then the runtime needs the module, and uses it as programs do.
    beforeFirstConnect(install);
    const { Deno } = globalThis as { Deno?: object };
    if (Deno === undefined) return;
    replaceFunction(Deno, "resolveDns", (fn) => {
      return observeNetPromise(recorder, fn, {
        name: "Deno.resolveDns",
        attributesOf: questionOf,
        isEntered: true,
      });
    });
  },
};

function observeModule(recorder: Recorder): void {
  const module = builtin<DnsFunctions & { promises: DnsFunctions }>("node:dns");
  const { context, strings } = recorder;
  const names = new Set(FUNCTIONS.map((name) => strings.intern(`dns.${name}`)));

  /** One question may be asked by way of another. */
  function isInside(): boolean {
    const current = context.spanOf(context.frame());
    return current !== undefined && names.has(current.nameId);
  }

  function observeCallback(fn: AnyFunction, name: string): AnyFunction {
    const replacement = imitate(function (this: unknown): unknown {
      const args = Array.from(arguments);
      const at = args.length - 1;
      const callback = args[at];
      if (
        typeof callback !== "function" || isInside() ||
        isNoQuestion(name, args[0])
      ) {
        return Reflect.apply(fn, this, arguments);
      }
      const span = startNetSpan(recorder, name, questionOf(args));
      const outer = context.frame();
      args[at] = function (this: unknown, error: unknown): unknown {
        if (error instanceof Error) failNetSpan(recorder, span, error);
        else recorder.end(span);
        // The runtime puts its own context back after a callback.
        context.leave(outer);
        return Reflect.apply(callback, this, arguments);
      };
      try {
        return recorder.runWith(span, fn, this, ...args);
      } catch (error) {
        failNetSpan(recorder, span, error);
        hideOwnFrames(error, replacement);
        throw error;
      }
    }, fn);
    return replacement;
  }

  function observePromise(fn: AnyFunction, name: string): AnyFunction {
    return observeNetPromise(recorder, fn, {
      name,
      attributesOf: questionOf,
      isIgnored: (args) => isInside() || isNoQuestion(name, args[0]),
      isEntered: true,
    });
  }

  const { promises } = module;
  for (const name of FUNCTIONS) {
    for (const target of [module, module.Resolver.prototype]) {
      replaceFunction(target, name, (fn) => {
        const replacement = observeCallback(fn, `dns.${name}`);
        // What `util.promisify` gives for it.
        replaceFunction(
          replacement,
          PROMISIFIED,
          (fn) => observePromise(fn, `dns.${name}`),
        );
        return replacement;
      });
    }
    for (const target of [promises, promises.Resolver.prototype]) {
      replaceFunction(target, name, (fn) => observePromise(fn, `dns.${name}`));
    }
  }
  if (runtimeName() === "node") {
    builtin<{ syncBuiltinESMExports(): void }>("node:module")
      .syncBuiltinESMExports();
  }
}

/** An address that is looked up, as for `server.listen`, is the answer. */
function isNoQuestion(name: string, host: unknown): boolean {
  return name === "dns.lookup" && typeof host === "string" &&
    IP_ADDRESS.test(host);
}

function questionOf(args: ArrayLike<unknown>): Attributes {
  const name = args[0];
  return typeof name === "string" ? { "dns.question.name": name.slice(0, MAX_NAME_CHARS) } : {};
}
