/**
 * The words a span is described with: scopes, kinds, statuses.
 *
 * Their positions in these lists are the codes in the ring's records, so the
 * lists may grow at the end and never change order.
 *
 * @module
 */

/** What kind of thing was timed. */
export const SCOPES = [
  "manual",
  "function",
  "http.server",
  "http.client",
  "db",
  "fs",
  "process",
  "worker",
  "timer",
  "module",
  "net",
  "library",
  "cpu",
] as const;

/** One of {@linkcode SCOPES}. */
export type Scope = (typeof SCOPES)[number];

/** OpenTelemetry's span kinds. */
export const KINDS = ["internal", "server", "client", "producer", "consumer"] as const;

/** One of {@linkcode KINDS}. */
export type SpanKind = (typeof KINDS)[number];

/** How a span ended. `unfinished` is a span that had not ended when its program did. */
export const STATUSES = ["unset", "ok", "error", "unfinished"] as const;

/** One of {@linkcode STATUSES}. */
export type SpanStatus = (typeof STATUSES)[number];

/** Codes used on the hot path, where a look-up by name would cost. */
export const SCOPE_MANUAL = 0;
export const SCOPE_FUNCTION = 1;
export const SCOPE_HTTP_SERVER = 2;
export const SCOPE_HTTP_CLIENT = 3;
export const SCOPE_DB = 4;
export const SCOPE_FS = 5;
export const SCOPE_PROCESS = 6;
export const SCOPE_WORKER = 7;
export const SCOPE_TIMER = 8;
export const SCOPE_MODULE = 9;
/** Sockets, name resolution, WebSockets. */
export const SCOPE_NET = 10;
/** What a library says of itself: tracing channels, OpenTelemetry. */
export const SCOPE_LIBRARY = 11;
export const KIND_INTERNAL = 0;
export const KIND_SERVER = 1;
export const KIND_CLIENT = 2;
export const KIND_PRODUCER = 3;
export const KIND_CONSUMER = 4;
export const STATUS_UNSET = 0;
export const STATUS_OK = 1;
export const STATUS_ERROR = 2;
export const STATUS_UNFINISHED = 3;

/** A value an attribute may have. Anything else is stored as its JSON. */
export type AttributeValue =
  | string
  | number
  | boolean
  | readonly (string | number | boolean | null)[];

/** Attributes of a span or an event. */
export type Attributes = Record<string, AttributeValue>;
