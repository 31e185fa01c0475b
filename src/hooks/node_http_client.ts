/**
 * Requests made with node:http and node:https, and so by axios, got, node-fetch,
 * superagent and all others that are built on them.
 *
 * Node, Deno and Bun publish each request when it has been created, before its
 * headers are written; how it ends is seen in `emit` of its prototype. So
 * nothing that a program imports is replaced. Requests whose headers are given
 * as an array are written at once: they carry no `traceparent`.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import { builtin, runtimeName } from "../runtime/self.ts";
import { listen } from "./channels.ts";
import { createSpanEmitter, type Emitter, replaceEmit } from "./emitters.ts";
import type { Hook } from "./hook.ts";
import { abandonRequest, endRequest, failRequest, startRequest } from "./http_client.ts";
import { createMark } from "./mark.ts";
import { TraceContext, TRACEPARENT } from "./trace_context.ts";
import { Reflect } from "../runtime/intrinsics.ts";

interface ClientRequest {
  method?: string;
  protocol?: string;
  host?: string;
  path?: string;
  headersSent: boolean;
  getHeader(name: string): unknown;
  hasHeader(name: string): boolean;
  setHeader(name: string, value: string): void;
}

interface Response {
  statusCode?: number;
}

export const nodeHttpClient: Hook = {
  name: "http",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onModule }) {
    const install = () => observeRequests(recorder);
    // Deno loads everything of Node's with the first module of Node's.
    if (runtimeName() === "deno") onModule(["http", "https"], install);
    else install();
  },
};

function observeRequests(recorder: Recorder): void {
  const trace = TraceContext.of(recorder);
  const requests = createMark<{ span: Span; parent: Span | undefined }>();
  const emitter = createSpanEmitter(recorder);
  let isObserving = false;

  /** Not before there is a request: most programs make none, and node:http costs 10 ms. */
  function observeEnds(): void {
    isObserving = true;
    const { ClientRequest } = builtin<{ ClientRequest: { prototype: Emitter } }>("node:http");
    replaceEmit(ClientRequest.prototype, (emit) => {
      return function (this: unknown, event): boolean {
        const sent = requests.get(this as object);
        if (sent === undefined) return Reflect.apply(emit, this, arguments);
        if (sent.span.isRecording) observe(sent.span, event, arguments[1]);
        const { parent } = sent;
        // Deno emits this one outside of every context.
        return event === "upgrade" && parent !== undefined && !emitter.isInside(parent)
          ? emitter.emit(parent, emit, { self: this, args: arguments })
          : Reflect.apply(emit, this, arguments);
      };
    });
  }

  function observe(span: Span, event: string | symbol, value: unknown): void {
    switch (event) {
      case "response":
      case "upgrade":
      case "connect":
        endRequest(recorder, span, (value as Response | undefined)?.statusCode ?? 0);
        break;
      case "timeout":
        // The request goes on, unless the program ends it.
        recorder.addEvent(span, "timeout");
        break;
      case "error":
        failRequest(recorder, span, value);
        break;
      case "close":
        abandonRequest(recorder, span);
    }
  }

  listen<{ request: ClientRequest }>("http.client.request.created", ({ request }) => {
    if (!isObserving) observeEnds();
    const parent = recorder.current();
    const span = startRequest(recorder, request.method ?? "GET", urlOf(request));
    requests.set(request, { span, parent });
    if (trace === undefined || !trace.continues(span)) return;
    if (request.headersSent || request.hasHeader(TRACEPARENT)) return;
    request.setHeader(TRACEPARENT, trace.headerOf(span));
  });
}

function urlOf(request: ClientRequest): string {
  const { protocol = "http:", path = "/" } = request;
  const header = request.getHeader("host");
  const host = typeof header === "string" ? header : request.host ?? "";
  // Of a proxy the whole URL is asked for, or to be connected with a host.
  if (path.includes("://")) return path;
  return `${protocol}//${request.method === "CONNECT" ? path : host + path}`;
}
