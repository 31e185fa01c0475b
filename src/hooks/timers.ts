/**
 * What runs when a timer fires: a span for each run of a callback, below the
 * span in which the timer was set, and how late it was.
 *
 * The span ends when the callback returns. A promise that it returns is nobody's
 * to wait for, and watching it would make its rejection count as handled.
 * Callbacks are not called within `catch`: the runtimes show where an error was
 * thrown last.
 *
 * @module
 */
import { KIND_INTERNAL, SCOPE_TIMER } from "../model/span.ts";
import type { Recorder } from "../recorder/recorder.ts";
import { builtin, runtimeName } from "../runtime/self.ts";
import type { Hook } from "./hook.ts";
import { imitate } from "./options.ts";
import { hideOwnFrames } from "./own_frames.ts";
import { replaceFunction } from "./replace_function.ts";
import { Map, Math, Number, Object, Reflect, sliceText, WeakMap } from "../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- any function can be called
type AnyFunction = (this: any, ...args: any[]) => any;

const NAMES = ["setTimeout", "setInterval", "setImmediate"] as const;

/** Different callbacks that have names of their own; further ones share one. */
const MAX_NAMES = 1024;
const MAX_NAME_CHARS = 128;
/** Runtimes fire up to a millisecond late as a matter of course. */
const MIN_LATENESS_NS = 1e6;
/** No runtime waits longer; what is asked for beyond is 1 ms. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export const timers: Hook = {
  name: "timers",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onModule }) {
    const observe = createTimerObserver(recorder);
    for (const name of NAMES) replaceFunction(globalThis, name, (fn) => observe(fn, name));
    onModule(["timers"], () => {
      const module = builtin<object>("node:timers");
      for (const name of NAMES) replaceFunction(module, name, (fn) => observe(fn, name));
      if (runtimeName() === "node") {
        builtin<{ syncBuiltinESMExports(): void }>("node:module").syncBuiltinESMExports();
      }
    });
  },
};

type TimerName = typeof NAMES[number];

/** What one timer was asked for. */
interface Asked {
  callback: AnyFunction;
  name: TimerName;
  /** NaN: not known, or nothing was. */
  delayMs: number;
  /** When it was set, or last ran. */
  sinceNs: number;
}

function createTimerObserver(recorder: Recorder) {
  const { engine, nowNs } = recorder;
  const meta = recorder.metaOf(SCOPE_TIMER, KIND_INTERNAL);
  const nameIdOf = createNames(recorder);
  const refreshes = createRefreshes(nowNs);
  /** The global functions and those of `node:timers` are the same, and stay so. */
  const replacements = new Map<AnyFunction, AnyFunction>();

  function run(asked: Asked, self: unknown, args: IArguments): unknown {
    const { callback, delayMs } = asked;
    const span = engine.begin(nameIdOf(asked.name, callback), meta);
    if (delayMs === delayMs) {
      const now = nowNs();
      const lateNs = now - refreshes.latest(self, asked.sinceNs) - delayMs * 1e6;
      asked.sinceNs = now;
      if (delayMs > 1) recorder.setAttribute(span, "timer.delay", delayMs);
      if (lateNs >= MIN_LATENESS_NS) {
        recorder.setAttribute(span, "timer.lateness", Math.round(lateNs / 1e3) / 1e3);
      }
    }
    let isDone = false;
    try {
      const value = Reflect.apply(callback, self, args);
      isDone = true;
      return value;
    } finally {
      if (!isDone) {
        recorder.setStatus(span, "error");
        recorder.setAttribute(span, "error.type", "_OTHER");
      }
      engine.finish(span);
    }
  }

  return function observe(fn: AnyFunction, name: TimerName): AnyFunction {
    let replacement = replacements.get(fn);
    if (replacement !== undefined) return replacement;
    const hasDelay = name !== "setImmediate";
    replacement = imitate(function (this: unknown, callback: unknown, delay: unknown): unknown {
      if (typeof callback !== "function") return refuse(fn, this, arguments, replacement);
      const asked: Asked = {
        callback: callback as AnyFunction,
        name,
        delayMs: hasDelay ? delayOf(delay) : NaN,
        sinceNs: hasDelay ? nowNs() : 0,
      };
      arguments[0] = function (this: unknown): unknown {
        return run(asked, this, arguments);
      };
      const timer: unknown = Reflect.apply(fn, this, arguments);
      if (hasDelay) refreshes.watch(timer);
      return timer;
    }, fn);
    replacements.set(fn, replacement);
    // Asked for again, the getter of the property gives what it gave first.
    replacements.set(replacement, replacement);
    return replacement;
  };
}

/** A callback that is no function: an error, or Deno's way to run a text. */
function refuse(fn: AnyFunction, self: unknown, args: IArguments, wrapper: unknown): unknown {
  try {
    return Reflect.apply(fn, self, args);
  } catch (error) {
    hideOwnFrames(error, wrapper);
    throw error;
  }
}

/** In milliseconds, as the runtimes understand it. An object is not asked twice. */
function delayOf(delay: unknown): number {
  if (delay === undefined) return 1;
  const ms = typeof delay === "string" ? Number(delay) : delay;
  if (typeof ms !== "number") return NaN;
  return ms >= 1 && ms <= MAX_DELAY_MS ? ms : 1;
}

/** Names of spans: `setTimeout poll`. */
function createNames({ strings }: Recorder): (name: TimerName, callback: AnyFunction) => number {
  const known = new Map<string, Record<TimerName, number>>();

  function idsOf(name: string): Record<TimerName, number> {
    let ids = known.get(name);
    if (ids !== undefined) return ids;
    const text = known.size < MAX_NAMES ? sliceText(name, 0, MAX_NAME_CHARS) : "anonymous";
    ids = {
      setTimeout: strings.intern(`setTimeout ${text}`),
      setInterval: strings.intern(`setInterval ${text}`),
      setImmediate: strings.intern(`setImmediate ${text}`),
    };
    if (known.size < MAX_NAMES) known.set(name, ids);
    return ids;
  }

  return (name, callback) => {
    let text: unknown;
    try {
      text = callback.name;
    } catch {
      // A getter of the program's.
    }
    return idsOf(typeof text === "string" && text !== "" ? text : "anonymous")[name];
  };
}

/** When timers were told to start again. */
function createRefreshes(nowNs: () => number) {
  const times = new WeakMap<object, number>();
  let prototype: object | undefined;
  let hasAny = false;

  return {
    /** When a timer was last set, if it was set at `sinceNs` first. */
    latest(timer: unknown, sinceNs: number): number {
      if (!hasAny || typeof timer !== "object" || timer === null) return sinceNs;
      return Math.max(times.get(timer) ?? 0, sinceNs);
    },
    /** Sees to the class of timers, once there is one. */
    watch(timer: unknown): void {
      if (prototype !== undefined || typeof timer !== "object" || timer === null) return;
      prototype = Object.getPrototypeOf(timer) as object;
      replaceFunction(prototype, "refresh", (fn) => {
        return imitate(function (this: { _onTimeout?: { name: string } }): unknown {
          // Most are those of the runtime's own sockets; what we give to timers has no name.
          if (this?._onTimeout?.name === "") {
            hasAny = true;
            times.set(this, nowNs());
          }
          return Reflect.apply(fn, this, arguments);
        }, fn);
      });
    },
  };
}
