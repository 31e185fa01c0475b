/**
 * Requests answered by servers of node:http and node:https, and so by the
 * frameworks that are built on them.
 *
 * Everything is done in `emit` of the prototypes: a server's `request` begins
 * the span, the response's `finish` or `close` ends it. No listener is added,
 * since programs count them, and it does not matter how or when a program
 * imported what it uses.
 *
 * Bun and Node emit some events of a request (`data`, `end`, `finish`) outside
 * of its context. For those the request's span is made the current one.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import { builtin, runtimeName } from "../runtime/self.ts";
import { createSpanEmitter, type Emit, type Emitter, replaceEmit } from "./emitters.ts";
import type { Hook } from "./hook.ts";
import { HttpRequests, type OpenRequest } from "./http_requests.ts";
import { imitate } from "./options.ts";
import { markRequest, requestOf } from "./request_mark.ts";
import { expressRoute, observeExpress } from "./routes/express.ts";
import { Reflect, WeakSet } from "../runtime/intrinsics.ts";

interface HttpModule {
  Server: { prototype: Emitter };
  ServerResponse: { prototype: Emitter };
  IncomingMessage: { prototype: Emitter };
}

interface IncomingMessage {
  method?: string;
  url?: string;
  headers: { host?: string; traceparent?: string };
  socket?: { encrypted?: boolean };
}

interface ServerResponse {
  statusCode: number;
  headersSent: boolean;
  writableFinished: boolean;
}

interface Server {
  listeners(event: string): unknown[];
}

export const nodeHttp: Hook = {
  name: "http",
  runtimes: ["deno", "bun", "node"],
  install(context) {
    const once = onceOnly(() => observeServers(context.recorder));
    if (runtimeName() === "deno") context.onModule(["http", "https"], once);
    else beforeFirstServer(once);
  },
};

/** Bun and Node: loading node:http costs 10 ms, so that is left to the program. */
function beforeFirstServer(install: () => void): void {
  const { Bun } = globalThis as unknown as {
    Bun?: { serve: (...args: unknown[]) => unknown };
  };
  if (Bun === undefined) {
    const name = "http.server.request.start";
    const channels = builtin<{
      subscribe(name: string, listener: () => void): void;
      unsubscribe(name: string, listener: () => void): void;
    }>("node:diagnostics_channel");
    const listener = () => {
      channels.unsubscribe(name, listener);
      install();
    };
    channels.subscribe(name, listener);
    return;
  }
  const { serve } = Bun;
  Bun.serve = imitate(function (this: unknown, ...args: unknown[]): unknown {
    const [options] = args;
    // What Bun's node:http gives to `Bun.serve`.
    if (typeof options === "object" && options !== null && "onNodeHTTPRequest" in options) {
      install();
    }
    return Reflect.apply(serve, this, args);
  }, serve);
}

function onceOnly(install: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    try {
      install();
    } catch {
      // Requests of node:http are not seen, and work.
    }
  };
}

function observeServers(recorder: Recorder): void {
  const requests = HttpRequests.of(recorder);
  const { isInside, emit: emitIn } = createSpanEmitter(recorder);
  const { Server, ServerResponse, IncomingMessage } = builtin<HttpModule>("node:http");
  const { Server: TlsServer } = builtin<Pick<HttpModule, "Server">>("node:https");
  const seenServers = new WeakSet<object>();

  function observeServer(emit: Emit): Emit {
    return function (event, request, response) {
      if (event !== "request" && event !== "checkContinue") {
        return Reflect.apply(emit, this, arguments);
      }
      const server = this as Server;
      if (requests.findsExpressRoutes && !seenServers.has(server)) {
        seenServers.add(server);
        observeExpress(server.listeners("request"), (req, route) => {
          const exchange = requestOf(req);
          if (exchange !== undefined) requests.setRoute(exchange, route);
        });
      }
      const exchange = begin(request as IncomingMessage);
      if (exchange === undefined) return Reflect.apply(emit, this, arguments);
      markRequest(request as object, exchange);
      markRequest(response as object, exchange);
      return emitIn(exchange.span, emit, { self: this, args: arguments });
    };
  }

  function begin(request: IncomingMessage): OpenRequest | undefined {
    try {
      const scheme = request.socket?.encrypted === true ? "https" : "http";
      const { host = "", traceparent } = request.headers;
      const origin = `${scheme}://${host}`;
      return requests.beginAt(request.method ?? "GET", origin, request.url ?? "/", traceparent);
    } catch {
      return undefined;
    }
  }

  /** Once the request is answered its context is as far away as any other. */
  function observeMessage(emit: Emit): Emit {
    return function () {
      const exchange = requestOf(this as object);
      if (exchange === undefined || isInside(exchange.span)) {
        return Reflect.apply(emit, this, arguments);
      }
      return emitIn(exchange.span, emit, { self: this, args: arguments });
    };
  }

  function observeResponse(emit: Emit): Emit {
    const inContext = observeMessage(emit);
    return function (event) {
      if (event === "finish" || event === "close") ended(this as ServerResponse & Emitter, event);
      return Reflect.apply(inContext, this, arguments);
    };
  }

  function ended(response: ServerResponse & { req?: object }, event: string): void {
    const exchange = requestOf(response);
    if (exchange === undefined || !exchange.span.isRecording) return;
    if (requests.findsExpressRoutes && exchange.endpoint.route === undefined) {
      const route = expressRoute(response.req);
      if (route !== undefined) requests.setRoute(exchange, route);
    }
    const status = response.headersSent ? response.statusCode : 0;
    if (event === "finish" || response.writableFinished) requests.end(exchange, status);
    else requests.abort(exchange, status);
  }

  replaceEmit(Server.prototype, observeServer);
  if (!(TlsServer.prototype instanceof (Server as unknown as new () => object))) {
    replaceEmit(TlsServer.prototype, observeServer);
  }
  replaceEmit(IncomingMessage.prototype, observeMessage);
  replaceEmit(ServerResponse.prototype, observeResponse);
}
