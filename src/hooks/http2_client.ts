/**
 * Requests made with node:http2. The class of client sessions is not exported:
 * on Deno and Node the first `connect` shows it. On Bun replacing `connect`
 * would load node:http2 into every program, for 50 ms; there each request is
 * published while its headers can still be added to.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import { SCOPE_HTTP_CLIENT } from "../model/span.ts";
import { builtin, runtimeName } from "../runtime/self.ts";
import { listen } from "./channels.ts";
import { type Emitter, observeEmit } from "./emitters.ts";
import type { Hook } from "./hook.ts";
import { abandonRequest, endRequest, failRequest, startRequest } from "./http_client.ts";
import { createMark } from "./mark.ts";
import { imitate } from "./options.ts";
import { replaceFunction } from "./replace_function.ts";
import { TraceContext, TRACEPARENT } from "./trace_context.ts";
import { Array, Number, Object, Reflect, String, WeakSet } from "../runtime/intrinsics.ts";

type Headers = Record<string, unknown>;

interface ClientSession {
  request(this: unknown, ...args: unknown[]): object;
}

interface SessionInfo {
  encrypted?: boolean;
  originSet?: string[];
  socket?: { _host?: string };
}

export const http2Client: Hook = {
  name: "http2",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onModule }) {
    const observer = createObserver(recorder);
    if (runtimeName() === "bun") {
      listen("http2.client.stream.created", observer.observeCreated);
      return;
    }
    onModule(["http2"], () => {
      replaceFunction(builtin<object>("node:http2"), "connect", (connect) => {
        return imitate(function (this: unknown): unknown {
          const session = Reflect.apply(connect, this, arguments) as object;
          observer.observeSession(session, arguments[0]);
          return session;
        }, connect);
      });
    });
  },
};

interface Observer {
  /** Sees to the requests of a session of `connect`. */
  observeSession(session: object, authority: unknown): void;
  /** Sees to a request that is published. */
  observeCreated(message: { stream: object; headers: Headers }): void;
}

function createObserver(recorder: Recorder): Observer {
  const trace = TraceContext.of(recorder);
  const spans = createMark<Span>();
  const origins = createMark<string>();
  const known = new WeakSet<object>();

  function once(prototype: object, observe: () => void): void {
    if (known.has(prototype)) return;
    known.add(prototype);
    observe();
  }

  function start(headers: Headers, origin: string): Span {
    const { ":method": method = "GET", ":path": path = "/", ":authority": authority } = headers;
    const scheme = headers[":scheme"] ?? origin.slice(0, origin.indexOf(":"));
    const host = typeof authority === "string" ? `${String(scheme)}://${authority}` : origin;
    return startRequest(recorder, String(method), host + String(path));
  }

  function observeStream(stream: object, span: Span): void {
    spans.set(stream, span);
    const prototype = Object.getPrototypeOf(stream) as Emitter;
    once(prototype, () => {
      observeEmit(prototype, (emitter, event, args) => {
        const span = spans.get(emitter);
        if (span === undefined || !span.isRecording) return;
        if (event === "response") {
          endRequest(recorder, span, Number((args[1] as Headers | undefined)?.[":status"] ?? 0));
        } else if (event === "error") failRequest(recorder, span, args[1]);
        else if (event === "close") abandonRequest(recorder, span);
      });
    });
  }

  function headerFor(span: Span, headers: Headers): string | undefined {
    if (trace === undefined || !trace.continues(span)) return undefined;
    for (const name of Object.keys(headers)) {
      if (name.toLowerCase() === TRACEPARENT) return undefined;
    }
    return trace.headerOf(span);
  }

  function observeRequests(prototype: ClientSession): void {
    replaceFunction(prototype, "request", (request) => {
      return imitate(function (this: object, headers: unknown, ...more: unknown[]): unknown {
        // Within fetch, say: its span is there. And headers in a flat array are rare.
        if (recorder.isInside(SCOPE_HTTP_CLIENT) || Array.isArray(headers)) {
          return Reflect.apply(request, this, arguments);
        }
        const given = (headers ?? {}) as Headers;
        const span = start(given, origins.get(this) ?? "");
        const header = headerFor(span, given);
        const sent = header === undefined ? headers : { ...given, [TRACEPARENT]: header };
        let stream: object;
        try {
          stream = Reflect.apply(request, this, [sent, ...more]) as object;
        } catch (error) {
          failRequest(recorder, span, error);
          throw error;
        }
        observeStream(stream, span);
        return stream;
      }, request);
    });
  }

  return {
    observeSession(session, authority) {
      try {
        origins.set(session, originOf(authority));
        const prototype = Object.getPrototypeOf(session) as ClientSession;
        once(prototype, () => observeRequests(prototype));
      } catch {
        // A session of another kind, whose requests are not seen.
      }
    },
    observeCreated({ stream, headers }) {
      const { session } = stream as { session?: SessionInfo };
      const scheme = session?.encrypted === true ? "https" : "http";
      const span = start(headers, `${scheme}://`);
      const header = headerFor(span, headers);
      if (header !== undefined) headers[TRACEPARENT] = header;
      observeStream(stream, span);
    },
  };
}

function originOf(authority: unknown): string {
  if (typeof authority === "string") return new URL(authority).origin;
  const { protocol = "https:", host, hostname } = authority as Record<string, string>;
  return `${protocol}//${host ?? hostname ?? "localhost"}`;
}
