/**
 * Requests answered by servers of node:http2, with streams or with the API of
 * node:http on top of them. HTTP/1 on the same port (`allowHTTP1`) is not seen.
 *
 * The classes are not exported. Node, Deno and Bun publish each stream before
 * they emit it: with the first one, `emit` of the prototypes is replaced.
 *
 * @module
 */
import type { Recorder } from "../recorder/recorder.ts";
import { builtin, runtimeName } from "../runtime/self.ts";
import { listen } from "./channels.ts";
import { createSpanEmitter, type Emit, type Emitter, replaceEmit } from "./emitters.ts";
import type { Hook } from "./hook.ts";
import { HttpRequests } from "./http_requests.ts";
import { markRequest, requestOf } from "./request_mark.ts";
import { Number, Object, Reflect } from "../runtime/intrinsics.ts";

interface Http2 {
  createServer(): object;
  createSecureServer(): object;
}

type Headers = Record<string, string | undefined>;

interface ServerStream {
  session?: { encrypted?: boolean };
  sentHeaders?: Record<string, unknown>;
  rstCode?: number;
  aborted?: boolean;
}

export const http2Server: Hook = {
  name: "http2",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onModule }) {
    const install = () => {
      let isObserving = false;
      listen<{ stream: object }>("http2.server.stream.created", ({ stream }) => {
        if (isObserving) return;
        isObserving = true;
        observeStreams(recorder, Object.getPrototypeOf(stream) as Emitter);
      });
    };
    // Deno loads everything of Node's with the first module of Node's.
    if (runtimeName() === "deno") onModule(["http2"], install);
    else install();
  },
};

function observeStreams(recorder: Recorder, streams: Emitter): void {
  const requests = HttpRequests.of(recorder);
  const { isInside, emit: emitIn } = createSpanEmitter(recorder);

  function begin(stream: ServerStream, headers: Headers): void {
    const scheme = stream.session?.encrypted === true ? "https" : "http";
    const origin = `${scheme}://${headers[":authority"] ?? headers["host"] ?? ""}`;
    const { ":method": method = "GET", ":path": path = "/", traceparent } = headers;
    markRequest(stream, requests.beginAt(method, origin, path, traceparent));
  }

  function observeServer(emit: Emit): Emit {
    return function (event, first, second) {
      if (event === "stream") {
        try {
          begin(first as ServerStream, second as Headers);
        } catch {
          // Served unseen.
        }
        const open = requestOf(first as object);
        if (open !== undefined) return emitIn(open.span, emit, { self: this, args: arguments });
      }
      if (event === "request") shareMark(first as { stream?: object }, second as object);
      return Reflect.apply(emit, this, arguments);
    };
  }

  /** Frameworks look for a request by what node:http would give them. */
  function shareMark(request: { stream?: object }, response: object): void {
    const { stream } = request;
    const open = typeof stream === "object" && stream !== null ? requestOf(stream) : undefined;
    if (open === undefined) return;
    markRequest(request, open);
    markRequest(response, open);
  }

  function observeStream(emit: Emit): Emit {
    return function (event) {
      const open = requestOf(this as object);
      if (open === undefined) return Reflect.apply(emit, this, arguments);
      if (event === "close" && open.span.isRecording) {
        const { sentHeaders, rstCode, aborted } = this as ServerStream;
        const status = Number(sentHeaders?.[":status"] ?? 0);
        if (aborted === true || (rstCode ?? 0) !== 0) requests.abort(open, status);
        else requests.end(open, status);
      }
      if (isInside(open.span)) return Reflect.apply(emit, this, arguments);
      return emitIn(open.span, emit, { self: this, args: arguments });
    };
  }

  const { createServer, createSecureServer } = builtin<Http2>("node:http2");
  for (const create of [createServer, createSecureServer]) {
    replaceEmit(Object.getPrototypeOf(create()) as Emitter, observeServer);
  }
  replaceEmit(streams, observeStream);
}
