/**
 * Spans of OTLP, as its JSON has them, as spans to import.
 *
 * https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding
 *
 * @module
 */
import { type ImportedFile, type ImportedSpan, skip } from "./imported_span.ts";

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
  events?: { timeUnixNano?: string | number; name?: string; attributes?: OtlpKeyValue[] }[];
  status?: { code?: number | string; message?: string };
}

export interface OtlpResource {
  resource?: { attributes?: OtlpKeyValue[] };
  scopeSpans?: { scope?: { name?: string }; spans?: OtlpSpan[] }[];
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
  const about = toAttributes(resource.resource?.attributes);
  file.command ??= textOf(about["service.name"]);
  file.runtime ??= textOf(about["process.runtime.name"]) ??
    textOf(about["telemetry.sdk.language"]);
  file.runtimeVersion ??= textOf(about["process.runtime.version"]);
  const process = textOf(about["service.instance.id"]) ?? textOf(about["process.pid"]) ??
    textOf(about["service.name"]) ?? "";
  for (const { spans = [], scope } of resource.scopeSpans ?? []) {
    for (const span of spans) {
      const imported = toSpan(span, { process, library: scope?.name });
      if (imported === undefined) skip(file, "spans without an id or a start");
      else file.spans.push(imported);
    }
  }
}

function toSpan(
  span: OtlpSpan,
  { process, library }: { process: string; library: string | undefined },
): ImportedSpan | undefined {
  const { traceId = "", spanId = "", parentSpanId = "" } = span;
  const startUnixNs = toBigInt(span.startTimeUnixNano);
  if (spanId === "" || startUnixNs === undefined) return undefined;
  const endUnixNs = toBigInt(span.endTimeUnixNano) ?? 0n;
  const attributes = toAttributes(span.attributes);
  const { "ferret.scope": ownScope, "ferret.unfinished": isOpen, "thread.id": thread, ...others } =
    attributes;
  const trace = normalId(traceId);
  return {
    id: `${trace} ${normalId(spanId)}`,
    parentId: /^0*$/.test(parentSpanId) ? undefined : `${trace} ${normalId(parentSpanId)}`,
    trace,
    name: span.name ?? "",
    scope: textOf(ownScope) ?? scopeOf(others, span.kind),
    kind: kindOf(span.kind),
    startUnixNs,
    durationNs: isOpen === true || endUnixNs === 0n
      ? undefined
      : Math.max(0, Number(endUnixNs - startUnixNs)),
    status: statusOf(span.status),
    process,
    thread: textOf(thread) ?? "0",
    w3cTraceId: /^[0-9a-f]{32}$/.test(trace) ? trace : undefined,
    attributes: {
      ...others,
      ...library === undefined || library === "" || ownScope !== undefined
        ? {}
        : { "otel.scope.name": library },
      ...span.status?.message ? { "otel.status_description": span.status.message } : {},
    },
    events: (span.events ?? []).map(({ name = "", timeUnixNano, attributes }) => ({
      name,
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
  return (typeof kind === "string" ? KIND_NAMES[kind] : KINDS[kind ?? 0]) ?? "internal";
}

function statusOf(status: OtlpSpan["status"]): ImportedSpan["status"] {
  const { code = 0 } = status ?? {};
  if (code === 2 || code === "STATUS_CODE_ERROR") return "error";
  return code === 1 || code === "STATUS_CODE_OK" ? "ok" : "unset";
}

function toAttributes(list: readonly OtlpKeyValue[] | undefined): Record<string, unknown> {
  // Keys are anybody's: an object without a prototype has none that are special.
  const attributes = Object.create(null) as Record<string, unknown>;
  for (const { key, value } of Array.isArray(list) ? list : []) {
    if (typeof key === "string" && value !== undefined) attributes[key] = toValue(value);
  }
  return attributes;
}

function toValue(value: OtlpValue): unknown {
  if (value.stringValue !== undefined) return value.stringValue;
  if (value.boolValue !== undefined) return value.boolValue;
  if (value.intValue !== undefined) {
    const number = Number(value.intValue);
    return Number.isSafeInteger(number) ? number : String(value.intValue);
  }
  if (value.doubleValue !== undefined) return value.doubleValue;
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(toValue);
  if (value.kvlistValue !== undefined) return toAttributes(value.kvlistValue.values);
  return value.bytesValue ?? null;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function toBigInt(value: string | number | undefined): bigint | undefined {
  try {
    return value === undefined ? undefined : BigInt(value);
  } catch {
    return undefined;
  }
}
