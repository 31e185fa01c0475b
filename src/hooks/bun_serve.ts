/**
 * Requests answered by `Bun.serve`, the calls that Bun makes for
 * `export default { fetch }` included. Responses that stand in `routes` as they
 * are never reach JavaScript: Bun answers them by itself, unseen.
 *
 * Bun tells nobody when a response has been sent. But a request that is done
 * has no client address any more: each is looked at once after its handler has
 * answered, in one go with all others of this turn of the event loop. The few
 * that are still being sent are looked at again from time to time.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import type { Hook } from "./hook.ts";
import { HttpRequests, type OpenRequest } from "./http_requests.ts";
import { isPlainPromise, isPlainResponse, observePromise, observeReturned } from "./observe.ts";
import { copyWith, imitate } from "./options.ts";
import { markRequest, requestOf } from "./request_mark.ts";
import { createSendWatch, type Exchange, type ServerLike } from "./bun_send_watch.ts";
import { TRACEPARENT } from "./trace_context.ts";
import { Object, Reflect, WeakSet } from "../runtime/intrinsics.ts";

type Handler = (this: unknown, request: Request, server: ServerLike) => unknown;
type ErrorHandler = (this: unknown, error: unknown) => unknown;

interface ServeOptions {
  fetch?: Handler;
  error?: ErrorHandler;
  routes?: Record<string, unknown>;
  websocket?: unknown;
}

interface BunServer extends ServerLike {
  reload(options: unknown): unknown;
  upgrade(request: Request, options?: unknown): boolean;
}

interface BunGlobal {
  serve: (options: unknown) => BunServer;
}

/** Bun's own node:http is built on `Bun.serve` too; its requests are seen there. */
const NODE_HTTP_OPTION = "onNodeHTTPRequest";

export const bunServe: Hook = {
  name: "http",
  runtimes: ["bun"],
  install({ recorder }) {
    const { Bun } = globalThis as unknown as { Bun: BunGlobal };
    const { serve } = Bun;
    let observer: Observer | undefined;
    Bun.serve = imitate(function (this: unknown, ...args: unknown[]): BunServer {
      const [options] = args;
      const isObserved = typeof options === "object" && options !== null &&
        !(NODE_HTTP_OPTION in options);
      if (!isObserved) return Reflect.apply(serve, this, args) as BunServer;
      observer ??= createObserver(recorder);
      args[0] = observer.observedOptions(options as ServeOptions);
      const server = Reflect.apply(serve, this, args) as BunServer;
      observer.observeServer(server);
      return server;
    }, serve);
  },
};

interface Observer {
  /** Options with observed handlers in them. */
  observedOptions(options: ServeOptions): ServeOptions;
  /** Sees to handlers that come later, and to upgrades. */
  observeServer(server: BunServer): void;
}

/** A handler that threw, while it is not known what `error` will answer. */
interface Failure {
  exchange: Exchange;
  error: unknown;
}

function createObserver(recorder: Recorder): Observer {
  const requests = HttpRequests.of(recorder);
  const { context } = recorder;
  const watch = createSendWatch(recorder, requests);
  const upgraded = new WeakSet<OpenRequest>();
  const knownPrototypes = new WeakSet<object>();

  function observedHandler(
    handler: Handler,
    server: { failures: Failure[] | undefined; hasWebSockets: boolean },
    route?: string,
  ): Handler {
    const { failures, hasWebSockets } = server;

    function answered(exchange: Exchange, response: unknown): void {
      exchange.status = statusOf(response);
      // Some frameworks return a response all the same, which goes nowhere.
      if (hasWebSockets && upgraded.has(exchange.open)) exchange.status = 101;
      watch.answered(exchange);
    }

    function failed(exchange: Exchange, error: unknown): void {
      if (failures === undefined) requests.fail(exchange.open, 500, error);
      else failures.push({ exchange, error });
    }

    return imitate(function (this: unknown, request: Request, server: ServerLike): unknown {
      const { method, url } = request;
      const sent = requests.isTracing ? request.headers.get(TRACEPARENT) : undefined;
      const open = requests.begin(method, url, route, sent);
      if (hasWebSockets || requests.isTracking) markRequest(request, open);
      const exchange: Exchange = { open, request, server, status: 0 };
      const frame = context.frame();
      context.enter(open.span, frame);
      let result: unknown;
      try {
        result = Reflect.apply(handler, this, [request, server]);
      } catch (error) {
        failed(exchange, error);
        throw error;
      } finally {
        context.leave(frame);
      }
      if (isPlainResponse(result)) {
        answered(exchange, result);
        return result;
      }
      if (isPlainPromise(result)) {
        observePromise(
          result,
          (response) => answered(exchange, response),
          (error) => failed(exchange, error),
        );
        return result;
      }
      return observeReturned(result, {
        onValue: (response) => answered(exchange, response),
        onError: (error) => failed(exchange, error),
      });
    }, handler);
  }

  function observedErrorHandler(onError: ErrorHandler, failures: Failure[]): ErrorHandler {
    return imitate(function (this: unknown, error: unknown): unknown {
      const at = failures.findIndex((failure) => Object.is(failure.error, error));
      const [failure] = at < 0 ? [] : failures.splice(at, 1);
      if (failure === undefined) return Reflect.apply(onError, this, [error]);
      const { exchange } = failure;
      const onFailed = (second: unknown) => requests.fail(exchange.open, 500, second);
      const onAnswered = (response: unknown) => {
        exchange.status = statusOf(response) || 500;
        if (exchange.status >= 500) recorder.fail(exchange.open.span, error);
        watch.answered(exchange);
      };
      const frame = context.frame();
      context.enter(exchange.open.span, frame);
      let result: unknown;
      try {
        result = Reflect.apply(onError, this, [error]);
      } catch (second) {
        onFailed(second);
        throw second;
      } finally {
        context.leave(frame);
      }
      if (isPlainPromise(result)) {
        observePromise(result, onAnswered, onFailed);
        return result;
      }
      return observeReturned(result, { onValue: onAnswered, onError: onFailed });
    }, onError);
  }

  function observedOptions(options: ServeOptions): ServeOptions {
    const { fetch, error, routes, websocket } = options;
    const changes: Record<string, unknown> = {};
    const failures: Failure[] | undefined = typeof error === "function" ? [] : undefined;
    const server = { failures, hasWebSockets: websocket !== undefined };
    if (failures !== undefined) changes.error = observedErrorHandler(error!, failures);
    if (typeof fetch === "function") changes.fetch = observedHandler(fetch, server);
    if (typeof routes === "object" && routes !== null) {
      changes.routes = mapFunctions(routes, (route, handler) => {
        return typeof handler === "function"
          ? observedHandler(handler as Handler, server, route)
          : isMethodTable(handler)
          ? mapFunctions(handler, (_method, one) => {
            return typeof one === "function" ? observedHandler(one as Handler, server, route) : one;
          })
          : handler;
      });
    }
    return copyWith(options, changes);
  }

  function observeServer(server: BunServer): void {
    const prototype = Object.getPrototypeOf(server) as BunServer;
    if (knownPrototypes.has(prototype)) return;
    knownPrototypes.add(prototype);
    const { reload, upgrade } = prototype;
    prototype.reload = imitate(function (this: unknown, options: unknown): unknown {
      const isObserved = typeof options === "object" && options !== null &&
        !(NODE_HTTP_OPTION in options);
      return Reflect.apply(reload, this, [isObserved ? observedOptions(options) : options]);
    }, reload);
    prototype.upgrade = imitate(function (this: unknown, ...args: unknown[]): boolean {
      const isUpgraded = Reflect.apply(upgrade, this, args) as boolean;
      const open = isUpgraded ? requestOf(args[0] as Request) : undefined;
      if (open !== undefined) upgraded.add(open);
      return isUpgraded;
    }, upgrade);
  }

  return { observedOptions, observeServer };
}

/** Whether a value of `routes` has its handlers by method. */
function isMethodTable(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}

function mapFunctions(
  table: Record<string, unknown>,
  change: (key: string, value: unknown) => unknown,
): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  for (const key of Object.keys(table)) changes[key] = change(key, table[key]);
  return copyWith(table, changes);
}

/** The status of a response, 0 for anything else. */
function statusOf(response: unknown): number {
  return response instanceof Response ? response.status : 0;
}
