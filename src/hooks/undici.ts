/**
 * Requests made with the npm package undici, on Deno and Node. It publishes
 * what it does on diagnostics channels, and so does Node's own copy of it below
 * the global `fetch`, whose requests have their span. Bun has an undici of its
 * own in its place, which tells nobody.
 *
 * @module
 */
import { SCOPE_HTTP_CLIENT } from "../model/span.ts";
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import { runtimeName } from "../runtime/self.ts";
import { listen } from "./channels.ts";
import type { Hook } from "./hook.ts";
import { endRequest, failRequest, startRequest } from "./http_client.ts";
import { createMark } from "./mark.ts";
import { TraceContext, TRACEPARENT } from "./trace_context.ts";
import { String } from "../runtime/intrinsics.ts";

/** What undici sends; up to version 5 its headers are a text. */
interface UndiciRequest {
  origin?: unknown;
  path?: unknown;
  method?: string;
  upgrade?: unknown;
  headers?: string | readonly unknown[];
  addHeader?(name: string, value: string): void;
}

export const undici: Hook = {
  name: "undici",
  runtimes: ["deno", "node"],
  install({ recorder, onModule }) {
    // Deno loads everything of Node's with the first module of Node's.
    if (runtimeName() === "deno") onModule(["diagnostics_channel"], () => observe(recorder));
    else observe(recorder);
  },
};

function observe(recorder: Recorder): void {
  const trace = TraceContext.of(recorder);
  const spans = createMark<Span>();
  /** When requests to upgrade began; how they end is published only if they fail. */
  const upgrades = createMark<number>();

  listen<{ request: UndiciRequest }>("undici:request:create", ({ request }) => {
    if (recorder.isInside(SCOPE_HTTP_CLIENT)) return;
    if (request.upgrade !== undefined && request.upgrade !== null) {
      return upgrades.set(request, recorder.nowNs());
    }
    const span = startRequest(recorder, request.method ?? "GET", urlOf(request));
    spans.set(request, span);
    if (trace === undefined || !trace.continues(span) || hasTraceparent(request)) return;
    request.addHeader?.(TRACEPARENT, trace.headerOf(span));
  });
  listen<{ request: object; response: { statusCode: number } }>(
    "undici:request:headers",
    ({ request, response }) => {
      const span = spans.get(request);
      if (span !== undefined) endRequest(recorder, span, response.statusCode);
    },
  );
  listen<{ request: UndiciRequest; error: unknown }>(
    "undici:request:error",
    ({ request, error }) => {
      const startNs = upgrades.get(request);
      const span = spans.get(request) ??
        (startNs === undefined ? undefined : startRequest(recorder, "GET", urlOf(request)));
      if (span === undefined || !span.isRecording) return;
      if (startNs !== undefined) recorder.engine.setStart(span, startNs);
      failRequest(recorder, span, error);
    },
  );
}

function urlOf({ origin = "", path = "/" }: UndiciRequest): string {
  return `${String(origin)}${String(path)}`;
}

function hasTraceparent({ headers = [] }: UndiciRequest): boolean {
  if (typeof headers === "string") return /^traceparent:/im.test(headers);
  // Names and values in turn.
  return headers.some((name, at) => at % 2 === 0 && String(name).toLowerCase() === TRACEPARENT);
}
