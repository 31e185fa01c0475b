/**
 * The package ws, server and client, and what Bun has in its place. Messages
 * are seen in `emit` of the sockets: a span lasts as long as the listeners run,
 * and what they start keeps its context.
 *
 * Bun's ws is looked at when a file of the program's names it or a package
 * requires it, at the latest when a node:http server upgrades a connection: to
 * ask for it earlier would load it, for 5 ms. Only a client that is imported by
 * an ES module of a package is not seen there.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import { builtin, runtimeName } from "../../runtime/self.ts";
import { createSpanEmitter, type Emitter, observeEmit, replaceEmit } from "../emitters.ts";
import type { Hook } from "../hook.ts";
import { createMark } from "../mark.ts";
import { imitate } from "../options.ts";
import { replaceFunction } from "../replace_function.ts";
import { requestOf } from "../request_mark.ts";
import { type Connection, Connections } from "./connections.ts";
import { Reflect } from "../../runtime/intrinsics.ts";

interface UpgradeRequest {
  url?: string;
  headers?: { traceparent?: string };
}

/** Gets the socket of a server. */
type Accept = (socket: object, request: UpgradeRequest) => unknown;

interface SocketClass {
  prototype: Emitter;
}

interface ServerClass {
  prototype: object;
}

export const wsPackage: Hook = {
  name: "websocket",
  runtimes: ["deno", "bun", "node"],
  install(context) {
    const observer = createObserver(context.recorder);
    if (runtimeName() === "bun") {
      let isDone = false;
      const install = () => {
        if (isDone) return;
        isDone = true;
        const ws = builtin<{ WebSocket: SocketClass; WebSocketServer: ServerClass }>("ws");
        observer.observeSockets(ws.WebSocket);
        observer.observeServers(ws.WebSocketServer);
      };
      context.onModule(["ws"], install);
      beforeFirstUpgrade(install);
      return;
    }
    context.onPackage({
      file: /\/node_modules\/ws\/lib\/websocket\.js$/,
      patch: (exports) => observer.observeSockets(exports as SocketClass),
    });
    context.onPackage({
      file: /\/node_modules\/ws\/lib\/websocket-server\.js$/,
      patch: (exports) => observer.observeServers(exports as ServerClass),
    });
  },
};

/** Bun: node:http servers are made with `Bun.serve`, and are loaded then. */
function beforeFirstUpgrade(install: () => void): void {
  const { Bun } = globalThis as unknown as { Bun: object };
  let isWatching = false;
  replaceFunction(Bun, "serve", (serve) => {
    return imitate(function (this: unknown, ...args: unknown[]): unknown {
      const [options] = args;
      const isNodeHttp = typeof options === "object" && options !== null &&
        "onNodeHTTPRequest" in options;
      if (isNodeHttp && !isWatching) {
        isWatching = true;
        const { Server } = builtin<{ Server: { prototype: Emitter } }>("node:http");
        observeEmit(Server.prototype, (_server, event) => {
          if (event === "upgrade") install();
        });
      }
      return Reflect.apply(serve, this, args);
    }, serve);
  });
}

interface Observer {
  observeSockets(WebSocket: SocketClass): void;
  observeServers(WebSocketServer: ServerClass): void;
}

function createObserver(recorder: Recorder): Observer {
  const connections = new Connections(recorder);
  const connectionOf = createMark<Connection>();
  const { emit: emitIn } = createSpanEmitter(recorder);

  /** A client has no connection before it is open; the request that opens it is node:http's. */
  function connectionFor(socket: object, event: string | symbol): Connection | undefined {
    const known = connectionOf.get(socket);
    if (known !== undefined || (event !== "upgrade" && event !== "open")) return known;
    const { url } = socket as { url?: unknown };
    // A server's socket is open before it is accepted, and has no URL.
    if (typeof url !== "string" || url === "") return undefined;
    const connection = connections.connect(url);
    connectionOf.set(socket, connection);
    return connection;
  }

  function accepted(socket: object, request: UpgradeRequest): Connection {
    const connection = connections.accept({
      open: requestOf(request),
      path: request.url,
      traceparent: request.headers?.traceparent,
    });
    connectionOf.set(socket, connection);
    return connection;
  }

  return {
    observeSockets({ prototype }) {
      replaceEmit(prototype, (emit) => {
        return function (this: unknown, event, ...args): boolean {
          const connection = connectionFor(this as object, event);
          if (connection === undefined) return Reflect.apply(emit, this, arguments);
          if (event === "message") {
            const [data, isBinary] = args;
            connections.receive(connection, data);
            const span = connections.startMessage(connection, data, isBinary === true);
            try {
              return emitIn(span, emit, { self: this, args: arguments });
            } finally {
              recorder.end(span);
            }
          }
          if (event === "error") connections.fail(connection, args[0]);
          try {
            return emitIn(connection.span, emit, { self: this, args: arguments });
          } finally {
            if (event === "close") connections.close(connection, args[0] as number);
          }
        };
      });
      replaceFunction(prototype, "send", (send) => {
        return imitate(function (this: object, ...args: unknown[]): unknown {
          const connection = connectionOf.get(this);
          if (connection !== undefined) connections.send(connection, args[0]);
          return Reflect.apply(send, this, args);
        }, send);
      });
    },
    observeServers({ prototype }) {
      replaceFunction(prototype, "handleUpgrade", (handleUpgrade) => {
        return imitate(function (this: unknown, ...args: unknown[]): unknown {
          const accept = args[3];
          if (typeof accept === "function") {
            args[3] = imitate(function (this: unknown, ...given: unknown[]): unknown {
              const { span } = accepted(given[0] as object, given[1] as UpgradeRequest);
              return recorder.runWith(span, accept as Accept, this, ...given as [object, object]);
            }, accept as Accept);
          }
          return Reflect.apply(handleUpgrade, this, args);
        }, handleUpgrade);
      });
    },
  };
}
