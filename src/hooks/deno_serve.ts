/**
 * Requests answered by `Deno.serve`, the calls that Deno makes for
 * `export default { fetch }` included.
 *
 * A span ends when the body has been sent. For bodies that are there as a whole
 * this is when the handler answers: Deno writes them at once. For streams Deno
 * tells it through `info.completed`, which is left alone otherwise, because it
 * costs more than the span.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import type { Hook } from "./hook.ts";
import { HttpRequests, type OpenRequest } from "./http_requests.ts";
import { isPlainPromise, isPlainResponse, observePromise, observeReturned } from "./observe.ts";
import { copyWith, imitate } from "./options.ts";
import { replaceFunction } from "./replace_function.ts";
import { markRequest } from "./request_mark.ts";
import { TRACEPARENT } from "./trace_context.ts";
import { Object, Reflect } from "../runtime/intrinsics.ts";

type Handler = (request: Request, info: HandlerInfo) => unknown;
type ErrorHandler = (error: unknown) => unknown;

interface HandlerInfo {
  completed: Promise<void>;
}

interface ServeOptions {
  handler?: Handler;
  onError?: ErrorHandler;
}

export const denoServe: Hook = {
  name: "http",
  runtimes: ["deno"],
  install({ recorder }) {
    const { Deno } = globalThis as unknown as { Deno: object };
    let observe: ((args: unknown[]) => unknown[]) | undefined;
    // Not asked for before the program does: that takes Deno 5 ms.
    replaceFunction(
      Deno,
      "serve",
      (serve) =>
        imitate(function (this: unknown, ...args: unknown[]): unknown {
          // Not before the first server: most programs have none.
          observe ??= createObserver(recorder);
          return Reflect.apply(serve, this, observe(args));
        }, serve),
    );
  },
};

/** A handler that threw, while it is not known what `onError` will answer. */
interface Failure {
  request: OpenRequest;
  error: unknown;
}

/** Returns the function that puts observed handlers into the arguments of `Deno.serve`. */
function createObserver(recorder: Recorder): (args: unknown[]) => unknown[] {
  const requests = HttpRequests.of(recorder);
  const { context } = recorder;
  const isSentAtOnce = createBodyProbe();

  function observedHandler(handler: Handler, failures: Failure[] | undefined): Handler {
    function answered(request: OpenRequest, response: unknown, info: HandlerInfo): void {
      const status = statusOf(response);
      if (status === 0) {
        // Deno makes an error of what is no response, and hands it to `onError`.
        if (failures === undefined) requests.end(request, 500);
        else failures.push({ request, error: undefined });
      } else if (isSentAtOnce(response as Response)) {
        requests.end(request, status);
      } else {
        const { completed } = info;
        if (!isPlainPromise(completed)) return requests.end(request, status);
        observePromise(
          completed,
          () => requests.end(request, status),
          () => requests.abort(request, status),
        );
      }
    }

    function failed(request: OpenRequest, error: unknown): void {
      if (failures === undefined) requests.fail(request, 500, error);
      else failures.push({ request, error });
    }

    // Two parameters: with none, Deno would not make a request object.
    return function (request: Request, info: HandlerInfo): unknown {
      const { method, url } = request;
      const open = requests.begin(
        method,
        url,
        undefined,
        requests.isTracing ? request.headers.get(TRACEPARENT) : undefined,
      );
      if (requests.isTracking) markRequest(request, open);
      const frame = context.frame();
      context.enter(open.span, frame);
      let result: unknown;
      try {
        result = handler(request, info);
      } catch (error) {
        failed(open, error);
        throw error;
      } finally {
        context.leave(frame);
      }
      if (isPlainResponse(result)) {
        answered(open, result, info);
        return result;
      }
      if (isPlainPromise(result)) {
        observePromise(
          result,
          (response) => answered(open, response, info),
          (error) => failed(open, error),
        );
        return result;
      }
      return observeReturned(result, {
        onValue: (response) => answered(open, response, info),
        onError: (error) => failed(open, error),
      });
    };
  }

  function observedErrorHandler(onError: ErrorHandler, failures: Failure[]): ErrorHandler {
    return function (this: unknown, error: unknown): unknown {
      const at = failures.findIndex((failure) => Object.is(failure.error, error));
      // Errors that Deno itself makes are not known by identity.
      const [failure] = at < 0 ? failures.splice(0, 1) : failures.splice(at, 1);
      if (failure === undefined) return Reflect.apply(onError, this, [error]);
      const { request } = failure;
      const onFailed = (second: unknown) => requests.fail(request, 500, second);
      const frame = context.frame();
      context.enter(request.span, frame);
      let result: unknown;
      try {
        result = Reflect.apply(onError, this, [error]);
      } catch (second) {
        onFailed(second);
        throw second;
      } finally {
        context.leave(frame);
      }
      const onAnswered = (response: unknown) => {
        const status = statusOf(response);
        if (status >= 500 || status === 0) requests.fail(request, status || 500, error);
        else requests.end(request, status);
      };
      if (isPlainPromise(result)) {
        observePromise(result, onAnswered, onFailed);
        return result;
      }
      return observeReturned(result, { onValue: onAnswered, onError: onFailed });
    };
  }

  return (args) => {
    const observed = [...args];
    const at = typeof args[0] === "function" ? 0 : typeof args[1] === "function" ? 1 : -1;
    const options = at === 0 ? undefined : args[0];
    let failures: Failure[] | undefined;
    if (typeof options === "object" && options !== null) {
      const { handler, onError } = options as ServeOptions;
      const changes: Record<string, unknown> = {};
      if (typeof onError === "function") {
        failures = [];
        changes.onError = observedErrorHandler(onError, failures);
      }
      if (at < 0 && typeof handler === "function") {
        changes.handler = observedHandler(handler, failures);
      }
      observed[0] = copyWith(options, changes);
    }
    if (at >= 0) observed[at] = observedHandler(args[at] as Handler, failures);
    return observed;
  };
}

/** The status of a response, 0 for anything else. */
function statusOf(response: unknown): number {
  try {
    const { status } = response as Response;
    return typeof status === "number" ? status : 0;
  } catch {
    return 0;
  }
}

/** What Deno keeps in a response about its body, under symbols of its own. */
interface ResponseInside {
  fastStatus: symbol;
  inner: symbol;
}

/**
 * Returns whether Deno sends the body of a response in one go. `response.body`
 * would tell too, but makes a stream of a string; so this looks at Deno's private
 * properties, and says no where they are not as they were when it was written.
 */
function createBodyProbe(): (response: Response) => boolean {
  const inside = findInside();
  if (inside === undefined) return (response) => response.status === 101;
  const { fastStatus, inner } = inside;
  return (response) => {
    const fields = response as unknown as Record<symbol, unknown>;
    const fast = fields[fastStatus];
    if (typeof fast === "number" && fast !== 0) return true;
    const { body } = (fields[inner] ?? {}) as { body?: { streamOrStatic?: unknown } | null };
    return !(body?.streamOrStatic instanceof ReadableStream);
  };
}

function findInside(): ResponseInside | undefined {
  const whole = new Response("x");
  const symbols = Object.getOwnPropertySymbols(whole);
  const fastStatus = symbols.find((symbol) => symbol.description === "serve fast status");
  const inner = symbols.find((symbol) => symbol.description === "response");
  if (fastStatus === undefined || inner === undefined) return undefined;
  const streamed = new Response(new ReadableStream()) as unknown as Record<symbol, unknown>;
  const body = (streamed[inner] as { body?: { streamOrStatic?: unknown } } | undefined)?.body;
  const isAsExpected = (whole as unknown as Record<symbol, unknown>)[fastStatus] === 200 &&
    streamed[fastStatus] === 0 && body?.streamOrStatic instanceof ReadableStream;
  return isAsExpected ? { fastStatus, inner } : undefined;
}
