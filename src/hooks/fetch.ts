/**
 * Requests that the program makes with the global `fetch`. `Bun.fetch` is the
 * same function under a name that cannot be reassigned: calls of it are not seen.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import type { Hook } from "./hook.ts";
import { endRequest, failRequest, startRequest } from "./http_client.ts";
import { isPlainPromise } from "./observe.ts";
import { copyWith, imitate } from "./options.ts";
import { TraceContext, TRACEPARENT } from "./trace_context.ts";
import { Object, react, Reflect } from "../runtime/intrinsics.ts";

type Fetch = (...args: unknown[]) => unknown;

export const fetchHook: Hook = {
  name: "fetch",
  runtimes: ["deno", "bun", "node"],
  install({ recorder }) {
    const scope = globalThis as unknown as { fetch: Fetch };
    const descriptor = Object.getOwnPropertyDescriptor(scope, "fetch");
    const original = descriptor?.value as Fetch | undefined;
    if (typeof original !== "function") return;
    const { context } = recorder;
    const trace = TraceContext.of(recorder);
    const replacement = imitate(function (this: unknown, ...args: unknown[]): unknown {
      const frame = context.frame();
      const span = startRequest(recorder, methodOf(args[0], args[1]), urlOf(args[0]));
      const sent = trace === undefined || !trace.continues(span)
        ? args
        : withTraceparent(args, () => trace.headerOf(span));
      // The current one, so that what fetch does within is known to be its own.
      context.enter(span, frame);
      let result: unknown;
      try {
        result = Reflect.apply(original, this, sent);
      } finally {
        context.leave(frame);
      }
      if (!isPlainPromise(result)) {
        span.end();
        return result;
      }
      // Its own promise, because a reaction beside the program's would make every
      // rejection count as handled.
      return react(result, (response: unknown) => {
        endFetch(recorder, span, response as Response);
        return response;
      }, (error: unknown) => {
        failRequest(recorder, span, error);
        throw error;
      });
    }, original);
    Object.defineProperty(scope, "fetch", { ...descriptor, value: replacement });
  },
};

function endFetch(recorder: Recorder, span: Span, response: Response): void {
  endRequest(recorder, span, response.status);
}

/** The arguments with the header, or as they are: those that fetch is going to refuse, too. */
function withTraceparent(args: unknown[], header: () => string): unknown[] {
  try {
    const [input, init, ...more] = args;
    const given = init === undefined || init === null ? undefined : init as RequestInit;
    if (given?.headers === null) return args;
    const headers = given?.headers ?? (input instanceof Request ? input.headers : undefined);
    const sent = addHeader(headers, header);
    if (sent === undefined) return args;
    return [input, withHeaders(given, sent), ...more];
  } catch {
    return args;
  }
}

/** A copy: what the program passed is not touched, and never read twice for its body. */
function withHeaders(init: RequestInit | undefined, headers: HeadersInit): RequestInit {
  if (init === undefined) return { headers };
  const prototype = Object.getPrototypeOf(init) as object | null;
  if (prototype === Object.prototype || prototype === null) return { ...init, headers };
  return copyWith(init, { headers: headers as unknown });
}

/** The headers and one more; undefined when the program has set that one itself. */
function addHeader(headers: unknown, header: () => string): HeadersInit | undefined {
  if (headers === undefined) return { [TRACEPARENT]: header() };
  if (isPlainRecord(headers)) {
    for (const name of Object.keys(headers)) {
      if (name.length === TRACEPARENT.length && name.toLowerCase() === TRACEPARENT) {
        return undefined;
      }
    }
    return { ...headers, [TRACEPARENT]: header() };
  }
  // Not by going through them: Node sends the names as they were written.
  const copy = new Headers(headers as HeadersInit);
  if (copy.has(TRACEPARENT)) return undefined;
  copy.set(TRACEPARENT, header());
  return copy;
}

function isPlainRecord(value: unknown): value is Record<string, string> {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype;
}

function methodOf(input: unknown, init: unknown): string {
  try {
    const method = (init as RequestInit | undefined)?.method ??
      (input instanceof Request ? input.method : undefined);
    return typeof method === "string" ? method : "GET";
  } catch {
    return "GET";
  }
}

function urlOf(input: unknown): string {
  if (typeof input === "string") return input;
  if (input instanceof URL) return input.href;
  if (input instanceof Request) return input.url;
  return "";
}
