/**
 * Whatever publishes on tracing channels of node:diagnostics_channel, without
 * naming each package. Channels of the runtimes themselves and of packages that
 * other hooks know are left out, so that nothing is recorded twice.
 *
 * A channel is subscribed to when it is made or first asked whether anybody
 * listens; the second is seen however the library imported the module.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import { builtin, runtimeName } from "../../runtime/self.ts";
import type { Hook } from "../hook.ts";
import { imitate } from "../options.ts";
import { TAKEN_CHANNELS } from "../taken_channels.ts";
import { type Channel, recordChannel, type TracingChannel } from "./channel_spans.ts";
import { Map, Object, Reflect, WeakSet } from "../../runtime/intrinsics.ts";

/** The runtimes' own. */
const BUILT_IN = new RegExp(
  "^(?:bun|child_process|console|deno|dgram|dns|http2?|https|locks|module|net|node|process|" +
    "sqlite|tls|udp|undici|webstreams|worker_threads)[.:]",
);
const START_NAME = /^tracing:(.+):start$/;
const TRACE_METHODS = ["traceSync", "tracePromise", "traceCallback"] as const;

// deno-lint-ignore no-explicit-any -- methods of any signature are passed through
type Method = (this: TracingChannel, ...args: any[]) => unknown;

interface DiagnosticsChannel {
  tracingChannel(name: unknown): TracingChannel;
}

export const tracingChannel: Hook = {
  name: "tracing-channel",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onModule }) {
    // Part of Node's snapshot; 1 ms to load on Bun, and more on Deno.
    if (runtimeName() === "node") observe(recorder);
    else onModule(["diagnostics_channel"], () => observe(recorder));
  },
};

function observe(recorder: Recorder): void {
  const module = builtin<DiagnosticsChannel>("node:diagnostics_channel");
  const { tracingChannel } = module;
  const prototype = Object.getPrototypeOf(tracingChannel("ferret")) as Record<
    string,
    Method
  >;
  const seen = new WeakSet<TracingChannel>();
  /**
   * What is recorded. A tracing channel is a view, of which there may be many, of
   * channels that have names. Held, because Bun forgets channels that nobody
   * holds, and who listens to them.
   */
  const held = new Map<Channel, TracingChannel>();

  function see(channel: TracingChannel): void {
    if (seen.has(channel)) return;
    seen.add(channel);
    const name = START_NAME.exec(channel.start?.name)?.[1];
    if (name === undefined || BUILT_IN.test(name) || TAKEN_CHANNELS.has(name)) {
      return;
    }
    if (held.has(channel.start)) return;
    held.set(channel.start, channel);
    recordChannel(recorder, channel, name);
  }

  function trySee(channel: TracingChannel): void {
    try {
      see(channel);
    } catch {
      // Not a channel as we know them.
    }
  }

  module.tracingChannel = imitate(function (name: unknown): TracingChannel {
    const channel = tracingChannel(name);
    trySee(channel);
    return channel;
  }, tracingChannel);
  for (const method of TRACE_METHODS) {
    const original = prototype[method];
    if (typeof original !== "function") continue;
    const replacement: Method = function (...args) {
      trySee(this);
      return Reflect.apply(original, this, args);
    };
    Object.defineProperty(prototype, method, {
      ...Object.getOwnPropertyDescriptor(prototype, method),
      value: imitate(replacement, original),
    });
  }
  observeQuestion(prototype, trySee);
}

/** `hasSubscribers`, which libraries ask before they publish. Bun has none, so nobody ever would. */
function observeQuestion(
  prototype: object,
  see: (channel: TracingChannel) => void,
): void {
  const original = Object.getOwnPropertyDescriptor(prototype, "hasSubscribers");
  const get = original?.get ?? hasSubscribers;
  Object.defineProperty(prototype, "hasSubscribers", {
    configurable: true,
    enumerable: original?.enumerable ?? false,
    get: imitate(function (this: TracingChannel): boolean {
      see(this);
      return Reflect.apply(get, this, []) as boolean;
    }, get),
  });
}

function hasSubscribers(this: TracingChannel): boolean {
  const channels: { hasSubscribers?: boolean }[] = [
    this.start as object,
    this.end as object,
    this.asyncStart as object,
    this.asyncEnd as object,
    this.error as object,
  ];
  return channels.some((channel) => channel?.hasSubscribers === true);
}
