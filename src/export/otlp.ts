/**
 * OTLP, the format in which OpenTelemetry's traces travel: as JSON, a line for
 * each request as in files of the collector's file exporter, or as protobuf.
 *
 * https://opentelemetry.io/docs/specs/otlp/
 * https://opentelemetry.io/docs/specs/otel/protocol/file-exporter/
 *
 * @module
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { RecordedSpan, SpanReader } from "../model/span_reader.ts";
import { attributesOf } from "./attributes.ts";
import { OtlpIds } from "./otlp_ids.ts";
import { endOf, type ExportChoice } from "./placed_spans.ts";

/** What a request holds: collectors refuse those of more than 4 MiB. */
const SPANS_A_REQUEST = 1_000;
const TEXT_A_REQUEST = 1_000_000;

const KINDS: readonly string[] = ["", "internal", "server", "client", "producer", "consumer"];
const STATUS_OK = 1;
const STATUS_ERROR = 2;

const SCOPE_NAME = "ferret";

/** A value as OTLP has it. */
type AnyValue =
  | { stringValue: string }
  | { boolValue: boolean }
  | { intValue: string }
  | { doubleValue: number }
  | { arrayValue: { values: AnyValue[] } }
  | { kvlistValue: { values: KeyValue[] } };

interface KeyValue {
  key: string;
  value: AnyValue;
}

/** A span as OTLP has it. */
interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  events: { timeUnixNano: string; name: string; attributes: KeyValue[] }[];
  status: { code?: number };
}

/** Writes a run as lines of JSON, one request each. */
export async function* exportOtlpJson(
  reader: SpanReader,
  choice: ExportChoice = {},
): AsyncIterable<string> {
  const resource = { attributes: resourceAttributes(reader) };
  const scope = { name: SCOPE_NAME, version: reader.run.ferretVersion };
  for await (const spans of requests(reader, choice)) {
    yield `${JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] })}\n`;
  }
}

/** Writes a run as one protobuf message, which may be sent as it is to `/v1/traces`. */
export async function* exportOtlpProtobuf(
  reader: SpanReader,
  choice: ExportChoice = {},
): AsyncIterable<Uint8Array> {
  const attributes = resourceAttributes(reader);
  const writer = new BinaryWriter();
  for await (const spans of requests(reader, choice)) {
    // Requests that follow each other are read as one: their resource_spans are joined.
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).fork();
    for (const attribute of attributes) writeKeyValue(writer, 1, attribute);
    writer.join();
    writer.tag(2, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(SCOPE_NAME);
    writer.tag(2, WireType.LengthDelimited).string(reader.run.ferretVersion);
    writer.join();
    for (const span of spans) writeSpan(writer, span);
    writer.join();
    writer.join();
    yield writer.finish();
  }
}

/** What all spans of a run have in common. */
interface RunContext {
  ids: OtlpIds;
  /** Process ids of the system by number. */
  pids: ReadonlyMap<number, number>;
  /** Unix time of the start. */
  originNs: bigint;
  runEndNs: number;
}

/** The spans of each request. */
async function* requests(
  reader: SpanReader,
  choice: ExportChoice,
): AsyncIterable<OtlpSpan[]> {
  const { run } = reader;
  const context: RunContext = {
    ids: new OtlpIds(run.runId),
    pids: new Map((await reader.threads()).map(({ processId, pid }) => [processId, pid])),
    originNs: BigInt(Math.round((run.startedAtMs ?? 0) * 1000)) * 1000n,
    runEndNs: run.durationNs ?? 0,
  };
  let request: OtlpSpan[] = [];
  let textLength = 0;
  for await (const spans of reader.scan({ ...choice, order: "trace", withEvents: true })) {
    for (const span of spans) {
      request.push(toOtlp(span, context));
      textLength += lengthOfTexts(span);
      if (request.length < SPANS_A_REQUEST && textLength < TEXT_A_REQUEST) continue;
      yield request;
      request = [];
      textLength = 0;
    }
  }
  if (request.length > 0) yield request;
}

/** Characters of what may be long. */
function lengthOfTexts({ name, attributes = "", events = [] }: RecordedSpan): number {
  return events.reduce(
    (sum, event) => sum + event.name.length + (event.attributes?.length ?? 0),
    name.length + attributes.length,
  );
}

function toOtlp(
  span: RecordedSpan,
  { ids, originNs, runEndNs, pids }: RunContext,
): OtlpSpan {
  const unix = (ns: number) => String(originNs + BigInt(Math.round(ns)));
  const status = span.status === "error" ? STATUS_ERROR : span.status === "ok" ? STATUS_OK : 0;
  return {
    traceId: ids.traceId(span),
    spanId: ids.spanId(span.spanId),
    ...span.parentSpanId === undefined ? {} : { parentSpanId: ids.spanId(span.parentSpanId) },
    name: span.name,
    kind: Math.max(1, KINDS.indexOf(span.kind)),
    startTimeUnixNano: unix(span.startNs),
    endTimeUnixNano: unix(endOf(span, runEndNs)),
    attributes: [
      ...toKeyValues(attributesOf(span.attributes)),
      { key: "ferret.scope", value: { stringValue: span.scope } },
      { key: "process.pid", value: toAnyValue(pids.get(span.processId) ?? 0) },
      { key: "thread.id", value: toAnyValue(span.threadId) },
      ...span.durationNs === undefined
        ? [{ key: "ferret.unfinished", value: { boolValue: true } }]
        : [],
    ],
    events: (span.events ?? []).map(({ name, timeNs, attributes }) => ({
      timeUnixNano: unix(timeNs),
      name,
      attributes: toKeyValues(attributesOf(attributes)),
    })),
    status: status === 0 ? {} : { code: status },
  };
}

function resourceAttributes({ run }: SpanReader): KeyValue[] {
  return toKeyValues({
    "service.name": run.command,
    "process.runtime.name": run.runtime,
    "process.runtime.version": run.runtimeVersion,
    "process.command_args": [run.command, ...run.args],
    "ferret.run.id": run.runId,
    ...Object.fromEntries(
      Object.entries(run.labels).map(([key, value]) => [`label.${key}`, value]),
    ),
  });
}

function toKeyValues(attributes: Readonly<Record<string, unknown>>): KeyValue[] {
  return Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => ({ key, value: toAnyValue(value) }));
}

function toAnyValue(value: unknown): AnyValue {
  switch (typeof value) {
    case "boolean":
      return { boolValue: value };
    case "number":
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
    case "object":
      if (Array.isArray(value)) {
        return { arrayValue: { values: value.filter((one) => one !== null).map(toAnyValue) } };
      }
      return { kvlistValue: { values: toKeyValues(value as Record<string, unknown>) } };
    default:
      return { stringValue: String(value) };
  }
}

function writeSpan(writer: BinaryWriter, span: OtlpSpan): void {
  writer.tag(2, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).bytes(fromHex(span.traceId));
  writer.tag(2, WireType.LengthDelimited).bytes(fromHex(span.spanId));
  if (span.parentSpanId !== undefined) {
    writer.tag(4, WireType.LengthDelimited).bytes(fromHex(span.parentSpanId));
  }
  writer.tag(5, WireType.LengthDelimited).string(span.name);
  writer.tag(6, WireType.Varint).int32(span.kind);
  writer.tag(7, WireType.Bit64).fixed64(span.startTimeUnixNano);
  writer.tag(8, WireType.Bit64).fixed64(span.endTimeUnixNano);
  for (const attribute of span.attributes) writeKeyValue(writer, 9, attribute);
  for (const event of span.events) {
    writer.tag(11, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.Bit64).fixed64(event.timeUnixNano);
    writer.tag(2, WireType.LengthDelimited).string(event.name);
    for (const attribute of event.attributes) writeKeyValue(writer, 3, attribute);
    writer.join();
  }
  if (span.status.code !== undefined) {
    writer.tag(15, WireType.LengthDelimited).fork();
    writer.tag(3, WireType.Varint).int32(span.status.code);
    writer.join();
  }
  writer.join();
}

function writeKeyValue(writer: BinaryWriter, field: number, { key, value }: KeyValue): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(key);
  writer.tag(2, WireType.LengthDelimited).fork();
  writeAnyValue(writer, value);
  writer.join();
  writer.join();
}

function writeAnyValue(writer: BinaryWriter, value: AnyValue): void {
  if ("stringValue" in value) writer.tag(1, WireType.LengthDelimited).string(value.stringValue);
  else if ("boolValue" in value) writer.tag(2, WireType.Varint).bool(value.boolValue);
  else if ("intValue" in value) writer.tag(3, WireType.Varint).int64(value.intValue);
  else if ("doubleValue" in value) writer.tag(4, WireType.Bit64).double(value.doubleValue);
  else if ("arrayValue" in value) {
    writer.tag(5, WireType.LengthDelimited).fork();
    for (const one of value.arrayValue.values) {
      writer.tag(1, WireType.LengthDelimited).fork();
      writeAnyValue(writer, one);
      writer.join();
    }
    writer.join();
  } else {
    writer.tag(6, WireType.LengthDelimited).fork();
    for (const one of value.kvlistValue.values) writeKeyValue(writer, 1, one);
    writer.join();
  }
}

function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}
