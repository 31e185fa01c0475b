/**
 * Requests that the program makes with the global `fetch`. A span lasts until
 * the headers of the answer are there; reading the body is the program's.
 *
 * @module
 */
import { KIND_CLIENT, SCOPE_HTTP_CLIENT } from "../model/span.ts";
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import type { Hook } from "./hook.ts";
import { isPlainPromise } from "./observe.ts";
import { imitate } from "./options.ts";
import { authorityOf, redactedUrl } from "./url_parts.ts";

type Fetch = (...args: unknown[]) => unknown;

const METHOD = /^(get|head|post|put|delete|options|trace|patch|query)$/i;
const { then } = Promise.prototype;

export const fetchHook: Hook = {
  name: "fetch",
  runtimes: ["deno", "bun", "node"],
  install({ recorder }) {
    const scope = globalThis as unknown as { fetch: Fetch };
    const descriptor = Object.getOwnPropertyDescriptor(scope, "fetch");
    const original = descriptor?.value as Fetch | undefined;
    if (typeof original !== "function") return;
    const replacement = imitate(function (this: unknown, ...args: unknown[]): unknown {
      const span = startSpan(recorder, args);
      const result = Reflect.apply(original, this, args);
      if (!isPlainPromise(result)) {
        span.end();
        return result;
      }
      // Its own promise, because a reaction beside the program's would make every
      // rejection count as handled.
      return then.call(result, (response: unknown) => {
        endSpan(recorder, span, response as Response);
        return response;
      }, (error: unknown) => {
        recorder.fail(span, error);
        recorder.end(span);
        throw error;
      });
    }, original);
    Object.defineProperty(scope, "fetch", { ...descriptor, value: replacement });
  },
};

function startSpan(recorder: Recorder, [input, init]: unknown[]): Span {
  const method = methodOf(input, init);
  const isKnown = METHOD.test(method);
  const span = recorder.startSpan(isKnown ? method.toUpperCase() : "HTTP", {
    scope: SCOPE_HTTP_CLIENT,
    kind: KIND_CLIENT,
  });
  const url = urlOf(input);
  recorder.setAttribute(span, "http.request.method", isKnown ? method.toUpperCase() : "_OTHER");
  recorder.setAttribute(span, "url.full", redactedUrl(url));
  const authority = authorityOf(url);
  if (authority !== undefined && authority.address !== "") {
    recorder.setAttribute(span, "server.address", authority.address);
    recorder.setAttribute(span, "server.port", authority.port);
  }
  return span;
}

function endSpan(recorder: Recorder, span: Span, response: Response): void {
  const { status } = response;
  recorder.setAttribute(span, "http.response.status_code", status);
  if (status >= 400) {
    recorder.setAttribute(span, "error.type", String(status));
    recorder.setStatus(span, "error");
  }
  recorder.end(span);
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
