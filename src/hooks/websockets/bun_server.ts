/**
 * WebSockets that `Bun.serve` accepts. Bun calls `open` while the program is
 * still in `server.upgrade`, which is how a socket is known to belong to a request.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import { callInSpan } from "../calls.ts";
import type { Hook } from "../hook.ts";
import { createMark } from "../mark.ts";
import { copyWith, imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { requestOf } from "../request_mark.ts";
import { type Connection, Connections } from "./connections.ts";
import { Object, Reflect, WeakSet } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- handlers are the program's
type Handler = (this: any, socket: object, ...args: any[]) => unknown;

type Handlers = Partial<Record<"open" | "message" | "drain" | "ping" | "pong" | "close", Handler>>;

interface ServeOptions {
  websocket?: unknown;
}

/** Ways to send to one socket. What is published to many is not counted. */
const SENDING = ["send", "sendText", "sendBinary"];

export const bunServerSockets: Hook = {
  name: "websocket",
  runtimes: ["bun"],
  install({ recorder }) {
    const { Bun } = globalThis as unknown as { Bun: object };
    const observer = createObserver(recorder);
    replaceFunction(Bun, "serve", (serve) => {
      return imitate(function (this: unknown, ...args: unknown[]): unknown {
        const hasSockets = observer.observeOptions(args);
        const server = Reflect.apply(serve, this, args) as object;
        if (hasSockets) observer.observeServer(server);
        return server;
      }, serve);
    });
  },
};

interface Observer {
  /** Puts observed handlers into arguments of `Bun.serve`, if there are any for sockets. */
  observeOptions(args: unknown[]): boolean;
  observeServer(server: object): void;
}

function createObserver(recorder: Recorder): Observer {
  const connections = new Connections(recorder);
  const connectionOf = createMark<Connection>();
  const known = new WeakSet<object>();
  /** The request of the upgrade that is being made. */
  let upgrading: Request | undefined;

  function begin(socket: object): Connection {
    observeSocket(Object.getPrototypeOf(socket) as object);
    const connection = connections.accept({
      open: upgrading === undefined ? undefined : requestOf(upgrading),
    });
    connectionOf.set(socket, connection);
    return connection;
  }

  function observedHandlers(handlers: Handlers): Handlers {
    const { open, message, close } = handlers;
    const changes: Record<string, Handler> = {
      open: like(open, function (socket, ...args) {
        const { span } = begin(socket);
        if (open !== undefined) return recorder.runWith(span, open, this, socket, ...args);
      }),
      close: like(close, function (socket, ...args) {
        const connection = connectionOf.get(socket);
        if (connection === undefined) return close?.call(this, socket, ...args);
        try {
          if (close !== undefined) {
            return recorder.runWith(connection.span, close, this, socket, ...args);
          }
        } finally {
          connections.close(connection, args[0] as number | undefined);
        }
      }),
    };
    if (message !== undefined) {
      changes["message"] = like(message, function (socket, ...args) {
        const connection = connectionOf.get(socket);
        if (connection === undefined) return message.call(this, socket, ...args);
        connections.receive(connection, args[0]);
        const span = connections.startMessage(connection, args[0]);
        return callInSpan(recorder, span, { fn: message, self: this, args: [socket, ...args] });
      });
    }
    for (const name of ["drain", "ping", "pong"] as const) {
      const handler = handlers[name];
      if (handler === undefined) continue;
      changes[name] = like(handler, function (socket, ...args) {
        const span = connectionOf.get(socket)?.span;
        return span === undefined
          ? handler.call(this, socket, ...args)
          : recorder.runWith(span, handler, this, socket, ...args);
      });
    }
    return copyWith(handlers, changes);
  }

  function observeSocket(prototype: object): void {
    if (known.has(prototype)) return;
    known.add(prototype);
    for (const name of SENDING) {
      replaceFunction(prototype, name, (send) => {
        return imitate(function (this: object, ...args: unknown[]): unknown {
          const connection = connectionOf.get(this);
          if (connection !== undefined) connections.send(connection, args[0]);
          return Reflect.apply(send, this, args);
        }, send);
      });
    }
  }

  function observeOptions(args: unknown[]): boolean {
    const [options] = args;
    if (typeof options !== "object" || options === null) return false;
    const { websocket } = options as ServeOptions;
    if (typeof websocket !== "object" || websocket === null) return false;
    if ("onNodeHTTPRequest" in options) return false;
    args[0] = copyWith(options, { websocket: observedHandlers(websocket) });
    return true;
  }

  return {
    observeOptions,
    observeServer(server) {
      const prototype = Object.getPrototypeOf(server) as object;
      if (known.has(prototype)) return;
      known.add(prototype);
      replaceFunction(prototype, "upgrade", (upgrade) => {
        return imitate(function (this: unknown, ...args: unknown[]): unknown {
          const outer = upgrading;
          upgrading = args[0] as Request;
          try {
            return Reflect.apply(upgrade, this, args);
          } finally {
            upgrading = outer;
          }
        }, upgrade);
      });
      replaceFunction(prototype, "reload", (reload) => {
        return imitate(function (this: unknown, ...args: unknown[]): unknown {
          observeOptions(args);
          return Reflect.apply(reload, this, args);
        }, reload);
      });
    },
  };
}

function like(original: Handler | undefined, handler: Handler): Handler {
  return original === undefined ? handler : imitate(handler, original);
}
