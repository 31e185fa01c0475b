/**
 * The global `WebSocket` of Deno and Bun, and the sockets that a Deno server
 * gets from `Deno.upgradeWebSocket`.
 *
 * Neither runtime dispatches messages by a method that could be replaced, so
 * the listeners for them are wrapped when they are added. A listener has one
 * wrapper, and so is found again when it is removed.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import { callInSpan } from "../calls.ts";
import type { Hook } from "../hook.ts";
import { createMark } from "../mark.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { requestOf } from "../request_mark.ts";
import { type Connection, Connections } from "./connections.ts";
import { Object, Reflect, WeakMap } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- listeners are the program's
type Listener = (this: any, event: any) => unknown;

interface ListenerObject {
  handleEvent?: unknown;
}

/** The part of a socket's prototype that is observed. */
type Prototype = Record<"addEventListener" | "removeEventListener" | "send", Listener>;

export const globalSockets: Hook = {
  name: "websocket",
  runtimes: ["deno", "bun"],
  install({ recorder }) {
    const observe = createObserver(recorder);
    const connections = new Connections(recorder);
    replaceFunction(globalThis, "WebSocket", (WebSocket) => {
      const replacement = new Proxy(WebSocket, {
        construct(target, args, newTarget: object) {
          const connection = connections.connect(urlOf(args[0]));
          const made = newTarget === replacement ? target : newTarget;
          try {
            const socket = Reflect.construct(target, args, made as typeof target) as WebSocket;
            observe(socket, connection);
            return socket;
          } catch (error) {
            connections.fail(connection, error);
            connections.close(connection, undefined);
            throw error;
          }
        },
      });
      const { prototype } = WebSocket as { prototype: object };
      Object.defineProperty(prototype, "constructor", {
        value: replacement,
        writable: true,
        enumerable: false,
        configurable: true,
      });
      return replacement;
    });
    const { Deno } = globalThis as unknown as { Deno?: object };
    if (Deno === undefined) return;
    replaceFunction(Deno, "upgradeWebSocket", (upgradeWebSocket) => {
      return imitate(function (this: unknown, ...args: unknown[]): unknown {
        const result = Reflect.apply(upgradeWebSocket, this, args) as { socket: WebSocket };
        try {
          const request = args[0] as Request;
          const path = new URL(request.url).pathname;
          observe(result.socket, connections.accept({ open: requestOf(request), path }));
        } catch {
          // A socket that is not seen, and works.
        }
        return result;
      }, upgradeWebSocket);
    });
  },
};

/** Returns the function that makes a socket's events those of a connection. */
function createObserver(
  recorder: Recorder,
): (socket: WebSocket, connection: Connection) => void {
  const connections = new Connections(recorder);
  const connectionOf = createMark<Connection>();
  const wrappers = new WeakMap<object, Listener>();
  const wrapped = createMark<unknown>();
  let prototype: Prototype | undefined;
  let isSetting = false;

  /** What is to be added or removed in place of a listener. */
  function wrapperOf(socket: unknown, type: unknown, listener: unknown): unknown {
    const isListener = typeof listener === "function" ||
      (typeof listener === "object" && listener !== null);
    if (type !== "message" || !isListener) return listener;
    if (connectionOf.get(socket as object) === undefined) return listener;
    let wrapper = wrappers.get(listener);
    if (wrapper === undefined) {
      wrapper = createWrapper(listener);
      wrappers.set(listener, wrapper);
      wrapped.set(wrapper, listener);
    }
    return wrapper;
  }

  function createWrapper(listener: object): Listener {
    return function (this: unknown, event: MessageEvent): unknown {
      const { handleEvent } = listener as ListenerObject;
      const isFunction = typeof listener === "function";
      const fn = isFunction ? listener : handleEvent;
      const self = isFunction ? this : listener;
      const connection = connectionOf.get(event.currentTarget ?? {});
      if (connection === undefined || typeof fn !== "function") {
        return isFunction
          ? Reflect.apply(listener, this, [event])
          : (listener as { handleEvent(event: Event): unknown }).handleEvent(event);
      }
      const span = connections.startMessage(connection, event.data);
      return callInSpan(recorder, span, { fn: fn as Listener, self, args: [event] });
    };
  }

  function observePrototype(socket: object): Prototype {
    const own = (globalThis as { WebSocket: { prototype: object } }).WebSocket.prototype;
    const { addEventListener, removeEventListener, send } = socket as unknown as Prototype;
    for (const original of [addEventListener, removeEventListener]) {
      define(own, original.name, {
        value: imitate(function (this: unknown, ...args: unknown[]): unknown {
          if (args.length > 1 && !isSetting) args[1] = wrapperOf(this, args[0], args[1]);
          return Reflect.apply(original, this, args);
        }, original),
        writable: true,
      });
    }
    define(own, "send", {
      value: imitate(function (this: object, ...args: unknown[]): unknown {
        const result = Reflect.apply(send, this, args) as unknown;
        const connection = connectionOf.get(this);
        if (connection !== undefined) connections.send(connection, args[0]);
        return result;
      }, send),
      writable: true,
    });
    observeOnMessage(own);
    return { addEventListener, removeEventListener, send };
  }

  function observeOnMessage(own: object): void {
    const descriptor = Object.getOwnPropertyDescriptor(own, "onmessage");
    const { get, set } = descriptor ?? {};
    if (get === undefined || set === undefined) return;
    define(own, "onmessage", {
      get: imitate(function (this: unknown): unknown {
        const value = Reflect.apply(get, this, []) as unknown;
        return typeof value === "function" ? wrapped.get(value) ?? value : value;
      }, get),
      set: imitate(function (this: unknown, listener: unknown): void {
        const wrapper = wrapperOf(this, "message", listener);
        // Deno adds a listener of its own here, which calls what is set.
        isSetting = true;
        try {
          Reflect.apply(set, this, [wrapper]);
        } finally {
          isSetting = false;
        }
      }, set as Listener),
    });
  }

  return (socket, connection) => {
    try {
      prototype ??= observePrototype(socket);
      connectionOf.set(socket, connection);
      const add = (type: string, listener: Listener) => {
        Reflect.apply(prototype!.addEventListener, socket, [type, listener]);
      };
      add("message", ({ data }: MessageEvent) => connections.receive(connection, data));
      add("error", ({ error }: ErrorEvent) => connections.fail(connection, error));
      add("close", ({ code }: CloseEvent) => connections.close(connection, code));
    } catch {
      connections.close(connection, undefined);
    }
  };
}

function urlOf(url: unknown): string {
  if (typeof url === "string") return url;
  return url instanceof URL ? url.href : "";
}

function define(target: object, name: string, descriptor: PropertyDescriptor): void {
  const { enumerable = true } = Object.getOwnPropertyDescriptor(target, name) ?? {};
  Object.defineProperty(target, name, { ...descriptor, enumerable, configurable: true });
}
