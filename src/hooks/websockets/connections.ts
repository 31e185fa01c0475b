/**
 * The spans of WebSocket connections and of the messages that come in on them,
 * whichever implementation it is. A connection is one span; each message that
 * is handled is a span below it, and those that are sent are only counted.
 *
 * Nothing here throws.
 *
 * @module
 */
import {
  type Attributes,
  KIND_CLIENT,
  KIND_CONSUMER,
  KIND_SERVER,
  SCOPE_NET,
} from "../../model/span.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import { utf8Length } from "../../recorder/text.ts";
import type { OpenRequest } from "../http_requests.ts";
import { TraceContext } from "../trace_context.ts";
import { authorityOf, MAX_PATH_CHARS, redactedText, redactedUrl } from "../url_parts.ts";
import { Array, Math, Set, String } from "../../runtime/intrinsics.ts";

/** Longer texts count as one byte a char: measuring them would cost more than sending them. */
const MAX_MEASURED_CHARS = 65_536;

/** Closed without a reason, or going away: what is no error. */
const GOOD_CODES = new Set([1000, 1001, 1005]);

/** A connection that is open, or being opened. */
export interface Connection {
  readonly span: Span;
  /** Name of the spans of its messages. */
  readonly messageName: string;
  received: number;
  receivedBytes: number;
  sent: number;
  sentBytes: number;
}

/** What is known of a connection that a server has accepted. */
export interface Accepted {
  /** The request that asked for it, where it has a span. */
  open?: OpenRequest | undefined;
  path?: string | undefined;
  traceparent?: string | undefined;
}

export class Connections {
  readonly #recorder: Recorder;

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** A client connects. */
  connect(url: string): Connection {
    const recorder = this.#recorder;
    const span = recorder.startSpan("websocket", { scope: SCOPE_NET, kind: KIND_CLIENT });
    recorder.setAttribute(span, "url.full", redactedUrl(url));
    const authority = authorityOf(url);
    if (authority !== undefined && authority.address !== "") {
      recorder.setAttribute(span, "server.address", authority.address);
      recorder.setAttribute(span, "server.port", authority.port);
    }
    return connectionOf(span, undefined);
  }

  /** A server has accepted a connection. */
  accept({ open, path, traceparent }: Accepted): Connection {
    const recorder = this.#recorder;
    const route = open?.endpoint.route;
    const name = route === undefined ? "websocket" : `websocket ${route}`;
    const parent = recorder.current() ?? open?.span;
    const trace = parent === undefined ? TraceContext.of(recorder) : undefined;
    let span: Span;
    if (trace !== undefined && traceparent !== undefined) {
      const nameId = recorder.strings.intern(name);
      const meta = recorder.metaOf(SCOPE_NET, KIND_SERVER);
      span = trace.open(traceparent, { nameId, meta, parentNameId: nameId });
    } else {
      span = recorder.startSpan(name, { scope: SCOPE_NET, kind: KIND_SERVER, parent });
    }
    if (route !== undefined) recorder.setAttribute(span, "http.route", route);
    const asked = open === undefined ? path : open.url.slice(open.pathFrom, open.pathTo);
    if (asked !== undefined) recorder.setAttribute(span, "url.path", pathOf(asked));
    return connectionOf(span, route);
  }

  /** A message has come in. */
  receive(connection: Connection, data: unknown): void {
    connection.received++;
    connection.receivedBytes += sizeOf(data);
  }

  /** The program has sent a message. */
  send(connection: Connection, data: unknown): void {
    connection.sent++;
    connection.sentBytes += sizeOf(data);
  }

  /** Starts the span of a message that is going to be handled. */
  startMessage(connection: Connection, data: unknown, isBinary = typeof data !== "string"): Span {
    return this.#recorder.startSpan(connection.messageName, {
      scope: SCOPE_NET,
      kind: KIND_CONSUMER,
      parent: connection.span,
      attributes: {
        "websocket.message.type": isBinary ? "binary" : "text",
        "messaging.message.body.size": sizeOf(data),
      },
    });
  }

  /** The connection, or the attempt to make it, has failed. It will be closed. */
  fail({ span }: Connection, error: unknown): void {
    if (error instanceof Error) this.#recorder.fail(span, error, redactedText);
    else if (span.isRecording) this.#recorder.setStatus(span, "error");
  }

  /** The connection is closed. */
  close(connection: Connection, code: number | undefined): void {
    const recorder = this.#recorder;
    const { span } = connection;
    if (!span.isRecording) return;
    const counts: Attributes = {
      "network.protocol.name": "websocket",
      "websocket.messages.received": connection.received,
      "websocket.bytes.received": connection.receivedBytes,
      "websocket.messages.sent": connection.sent,
      "websocket.bytes.sent": connection.sentBytes,
    };
    if (code !== undefined) counts["websocket.close.code"] = code;
    recorder.setAttributes(span, counts);
    if (code !== undefined && code >= 1000 && code < 3000 && !GOOD_CODES.has(code)) {
      recorder.setAttribute(span, "error.type", String(code));
      recorder.setStatus(span, "error");
    }
    recorder.end(span);
    TraceContext.of(recorder)?.forgetForeign(span);
  }
}

function connectionOf(span: Span, route: string | undefined): Connection {
  return {
    span,
    messageName: route === undefined ? "websocket message" : `websocket message ${route}`,
    received: 0,
    receivedBytes: 0,
    sent: 0,
    sentBytes: 0,
  };
}

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return url.slice(0, Math.min(query < 0 ? url.length : query, MAX_PATH_CHARS));
}

function sizeOf(data: unknown): number {
  if (typeof data === "string") {
    return data.length > MAX_MEASURED_CHARS ? data.length : utf8Length(data);
  }
  if (Array.isArray(data)) return data.reduce((sum: number, part) => sum + sizeOf(part), 0);
  try {
    const { byteLength, size } = data as { byteLength?: unknown; size?: unknown };
    const bytes = byteLength ?? size;
    return typeof bytes === "number" ? bytes : 0;
  } catch {
    return 0;
  }
}
