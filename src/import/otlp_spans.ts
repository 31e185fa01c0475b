/**
 * Spans of OTLP, as its JSON has them, as spans to import.
 *
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 *
 * @module
 */
import { type ImportedFile, type ImportedSpan, skip } from "./imported_span.ts";
import { nsBetween, toObject, toObjects, toText, toTime } from "./values.ts";

/** A value with its type. */
export interface OtlpValue {
  stringValue?: string;
  boolValue?: boolean;
  /** In JSON a text, since it may be too large for a number. */
  intValue?: string | number;
  doubleValue?: number;
  arrayValue?: { values?: OtlpValue[] };
  kvlistValue?: { values?: OtlpKeyValue[] };
  bytesValue?: string;
}

export interface OtlpKeyValue {
  key?: string;
  value?: OtlpValue;
}

export interface OtlpEvent {
  timeUnixNano?: string | number;
  name?: string;
  attributes?: OtlpKeyValue[];
}

export interface OtlpSpan {
  traceId?: string;
  spanId?: string;
  parentSpanId?: string;
  name?: string;
  /** A number, or its name. */
  kind?: number | string;
  startTimeUnixNano?: string | number;
  endTimeUnixNano?: string | number;
  attributes?: OtlpKeyValue[];
  events?: OtlpEvent[];
  status?: { code?: number | string; message?: string };
}

export interface OtlpResource {
  resource?: { attributes?: OtlpKeyValue[] };
  scopeSpans?: OtlpScopeSpans[];
}

export interface OtlpScopeSpans {
  scope?: { name?: string };
  spans?: OtlpSpan[];
}

const KINDS = ["internal", "internal", "server", "client", "producer", "consumer"];
const KIND_NAMES: Readonly<Record<string, string>> = {
  SPAN_KIND_INTERNAL: "internal",
  SPAN_KIND_SERVER: "server",
  SPAN_KIND_CLIENT: "client",
  SPAN_KIND_PRODUCER: "producer",
  SPAN_KIND_CONSUMER: "consumer",
};

/** Adds the spans of a resource. */
export function toImported(resource: OtlpResource, file: ImportedFile): void {
  const about = toAttributes(toObject<{ attributes: unknown }>(resource.resource).attributes);
  file.command ??= toText(about["service.name"]);
  file.runtime ??= toText(about["process.runtime.name"]) ??
    toText(about["telemetry.sdk.language"]);
  file.runtimeVersion ??= toText(about["process.runtime.version"]);
  const process = toText(about["service.instance.id"]) ?? toText(about["process.pid"]) ??
    toText(about["service.name"]) ?? "";
  for (const { spans, scope } of toObjects<OtlpScopeSpans>(resource.scopeSpans)) {
    const library = toText(toObject<{ name: unknown }>(scope).name);
    for (const span of toObjects<OtlpSpan>(spans)) {
      const imported = toSpan(span, { process, library });
      if (imported === undefined) skip(file, "spans without an id or a start");
      else file.spans.push(imported);
    }
  }
}

function toSpan(
  span: OtlpSpan,
  { process, library }: { process: string; library: string | undefined },
): ImportedSpan | undefined {
  const [traceId, spanId, parentSpanId] = [span.traceId, span.spanId, span.parentSpanId]
    .map((id) => toText(id) ?? "") as [string, string, string];
  const startUnixNs = toBigInt(span.startTimeUnixNano);
  if (spanId === "" || startUnixNs === undefined) return undefined;
  const endUnixNs = toBigInt(span.endTimeUnixNano) ?? 0n;
  const status = toObject<NonNullable<OtlpSpan["status"]>>(span.status);
  const message = toText(status.message);
  const attributes = toAttributes(span.attributes);
  const { "ferret.scope": ownScope, "ferret.unfinished": isOpen, "thread.id": thread, ...others } =
    attributes;
  const trace = normalId(traceId);
  return {
    id: `${trace} ${normalId(spanId)}`,
    parentId: /^0*$/.test(parentSpanId) ? undefined : `${trace} ${normalId(parentSpanId)}`,
    trace,
    name: toText(span.name) ?? "",
    scope: toText(ownScope) ?? scopeOf(others, span.kind),
    kind: kindOf(span.kind),
    startUnixNs,
    durationNs: isOpen === true || endUnixNs === 0n ? undefined : nsBetween(startUnixNs, endUnixNs),
    status: statusOf(status.code),
    process,
    thread: toText(thread) ?? "0",
    w3cTraceId: /^[0-9a-f]{32}$/.test(trace) ? trace : undefined,
    attributes: {
      ...others,
      ...library === undefined || library === "" || ownScope !== undefined
        ? {}
        : { "otel.scope.name": library },
      ...message ? { "otel.status_description": message } : {},
    },
    events: toObjects<OtlpEvent>(span.events).map(({ name, timeUnixNano, attributes }) => ({
      name: toText(name) ?? "",
      timeUnixNs: toBigInt(timeUnixNano) ?? startUnixNs,
      attributes: toAttributes(attributes),
    })),
  };
}

/** Ids are hex in OTLP, and base64 where somebody used protobuf's own JSON. */
function normalId(id: string): string {
  if (/^([0-9a-f]{16}|[0-9a-f]{32})$/i.test(id)) return id.toLowerCase();
  try {
    const bytes = atob(id);
    if (bytes.length !== 8 && bytes.length !== 16) return id;
    return Array.from(bytes, (char) => char.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  } catch {
    return id;
  }
}

/** What the semantic conventions say that a span is about. */
function scopeOf(attributes: Readonly<Record<string, unknown>>, kind: OtlpSpan["kind"]): string {
  const has = (...keys: string[]) => keys.some((key) => key in attributes);
  const isHttp = has("http.request.method", "http.method", "http.route", "http.target");
  if (isHttp) return kindOf(kind) === "server" ? "http.server" : "http.client";
  if (has("db.system.name", "db.system", "db.query.text", "db.statement")) return "db";
  return "library";
}

function kindOf(kind: OtlpSpan["kind"]): string {
  const known = typeof kind === "string" ? KIND_NAMES[kind] : KINDS[Number(kind ?? 0)];
  return known ?? "internal";
}

function statusOf(code: unknown): ImportedSpan["status"] {
  if (code === 2 || code === "STATUS_CODE_ERROR") return "error";
  return code === 1 || code === "STATUS_CODE_OK" ? "ok" : "unset";
}

function toAttributes(list: unknown): Record<string, unknown> {
  // Keys are anybody's: an object without a prototype has none that are special.
  const attributes = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of toObjects<OtlpKeyValue>(list)) {
    if (typeof key === "string" && value !== undefined) attributes[key] = toValue(value);
  }
  return attributes;
}

function toValue(raw: unknown): unknown {
  const value = toObject<OtlpValue>(raw);
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.intValue !== undefined) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : String(value.intValue);
  }
  if (value.doubleValue !== undefined) return value.doubleValue;
  if (value.arrayValue !== undefined) {
    return toObjects<OtlpValue>(toObject<{ values: unknown }>(value.arrayValue).values)
      .map(toValue);
  }
  if (value.kvlistValue !== undefined) {
    return toAttributes(toObject<{ values: unknown }>(value.kvlistValue).values);
  }
  return value.bytesValue ?? null;
}

/** A time; what is none of 64 bits is the nearest that is. */
function toBigInt(value: unknown): bigint | undefined {
  try {
    return typeof value === "string" || typeof value === "number"
      ? toTime(BigInt(value))
      : undefined;
  } catch {
    return undefined;
  }
}
