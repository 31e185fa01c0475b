/**
 * Connections that the program makes: sockets of `node:net` and `node:tls`,
 * `Deno.connect` and its like, and `Bun.connect`. A span lasts until the
 * connection can be used, with TLS until the handshake is done.
 *
 * What goes over a connection is not below its span: it may be used for years.
 * And no listener is added: the program could count them.
 *
 * @module
 */
import type { Attributes } from "../model/span.ts";
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import { builtin, runtimeName } from "../runtime/self.ts";
import { connecting } from "./first_connect.ts";
import type { Hook } from "./hook.ts";
import { type AnyFunction, failNetSpan, observeNetPromise, startNetSpan } from "./net_spans.ts";
import { imitate } from "./options.ts";
import { hideOwnFrames } from "./own_frames.ts";
import { replaceFunction } from "./replace_function.ts";
import { Array, Number, Object, Reflect, WeakSet } from "../runtime/intrinsics.ts";

/** `error.type` of a connection that was given up. */
const ABORTED = "aborted";
const MAX_ADDRESS_CHARS = 1024;

interface Socket {
  emit(event: unknown, ...args: unknown[]): boolean;
  /** Of a socket with TLS. */
  encrypted?: boolean;
  remoteAddress?: string;
}

interface Target {
  host?: unknown;
  hostname?: unknown;
  port?: unknown;
  path?: unknown;
  unix?: unknown;
  tls?: unknown;
}

export const net: Hook = {
  name: "net",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onModule }) {
    // Bun's http loads it without being asked, and nobody should have to wait for it.
    const names = runtimeName() === "bun" ? [] : ["http", "https", "http2"];
    onModule(["net", "tls", ...names], () => observeSockets(recorder));
    const { Deno, Bun } = globalThis as { Deno?: object; Bun?: object };
    if (Deno !== undefined) {
      for (const name of ["connect", "connectTls", "startTls"]) {
        const isTls = name !== "connect";
        const at = name === "startTls" ? 1 : 0;
        replaceFunction(Deno, name, (fn) => {
          return observeNetPromise(recorder, fn, {
            name: `Deno.${name}`,
            attributesOf: (args) => attributesOf(args[at] as Target, isTls),
            isEntered: false,
          });
        });
      }
    }
    if (Bun !== undefined) {
      replaceFunction(Bun, "connect", (fn) => {
        return observeNetPromise(recorder, fn, {
          name: "Bun.connect",
          attributesOf: (args) => {
            const target = args[0] as Target;
            return attributesOf(target, target.tls !== undefined && target.tls !== false);
          },
          isEntered: false,
        });
      });
    }
  },
};

function observeSockets(recorder: Recorder): void {
  const { Socket } = builtin<{ Socket: { prototype: object } }>("node:net");
  const connected = new WeakSet<object>();

  replaceFunction(Socket.prototype, "connect", (fn: AnyFunction) => {
    const replacement = imitate(function (this: Socket): unknown {
      // A method of a class that extends it may have come here already.
      if (connected.has(this)) return Reflect.apply(fn, this, arguments);
      connecting();
      const isTls = this.encrypted === true;
      const target = targetOf(arguments);
      const span = startNetSpan(recorder, isTls ? "tls.connect" : "net.connect", {
        ...attributesOf(target, isTls),
      });
      connected.add(this);
      const stop = watchSocket(recorder, this, { span, isTls });
      try {
        return Reflect.apply(fn, this, arguments);
      } catch (error) {
        stop();
        failNetSpan(recorder, span, error);
        hideOwnFrames(error, replacement);
        throw error;
      } finally {
        connected.delete(this);
      }
    }, fn);
    return replacement;
  });
}

/** Ends the span with the events of the socket. @returns Lets the socket be. */
function watchSocket(
  recorder: Recorder,
  socket: Socket,
  { span, isTls }: { span: Span; isTls: boolean },
): () => void {
  const own = Object.getOwnPropertyDescriptor(socket, "emit");
  const { emit } = socket;

  function stop(): void {
    if (Object.getOwnPropertyDescriptor(socket, "emit")?.value !== watched) return;
    if (own === undefined) delete (socket as Partial<Socket>).emit;
    else Object.defineProperty(socket, "emit", own);
  }

  const watched = imitate(function (this: Socket, event: unknown, problem: unknown): unknown {
    if (event === (isTls ? "secureConnect" : "connect")) {
      stop();
      const { remoteAddress } = socket;
      if (remoteAddress !== undefined) {
        recorder.setAttribute(span, "network.peer.address", remoteAddress);
      }
      recorder.end(span);
    } else if (event === "error") {
      stop();
      failNetSpan(recorder, span, problem);
    } else if (event === "close") {
      stop();
      recorder.setStatus(span, "error");
      recorder.setAttribute(span, "error.type", ABORTED);
      recorder.end(span);
    }
    return Reflect.apply(emit, this, arguments);
  }, emit);
  Object.defineProperty(socket, "emit", {
    value: watched,
    writable: true,
    enumerable: false,
    configurable: true,
  });
  return stop;
}

/** What `socket.connect` was asked for: options, a port and a host, or a path. */
function targetOf(args: ArrayLike<unknown>): Target {
  // `net.connect` hands its arguments on in an array.
  const [first, second] = Array.isArray(args[0]) ? args[0] : Array.from(args);
  if (typeof first === "object" && first !== null) return first as Target;
  if (typeof first === "string" && !/^\d+$/.test(first)) return { path: first };
  return { port: first, host: typeof second === "string" ? second : undefined };
}

function attributesOf(target: Target | undefined, isTls: boolean): Attributes {
  const attributes: Attributes = {};
  if (isTls) attributes["tls.protocol.name"] = "tls";
  try {
    return withAddress(attributes, target);
  } catch {
    // Getters of the program's own options may throw.
    return attributes;
  }
}

function withAddress(attributes: Attributes, target: Target | undefined): Attributes {
  if (typeof target !== "object" || target === null) return attributes;
  const path = target.path ?? target.unix;
  if (typeof path === "string") {
    attributes["network.transport"] = "unix";
    attributes["server.address"] = path.slice(0, MAX_ADDRESS_CHARS);
    return attributes;
  }
  attributes["network.transport"] = "tcp";
  const host = target.host ?? target.hostname ?? "localhost";
  if (typeof host === "string") attributes["server.address"] = host.slice(0, MAX_ADDRESS_CHARS);
  const port = Number(target.port);
  if (target.port !== undefined && Number.isInteger(port)) attributes["server.port"] = port;
  return attributes;
}
