/**
 * OTLP as protobuf: the messages that are sent to `/v1/traces`, one or several
 * behind each other.
 *
 * https://github.com/open-telemetry/opentelemetry-proto
 *
 * @module
 */
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { type ImportedFile, ImportError } from "./imported_span.ts";
import {
  type OtlpKeyValue,
  type OtlpResource,
  type OtlpSpan,
  type OtlpValue,
  toImported,
} from "./otlp_spans.ts";

/** Values may lie within each other; deeper ones are left out. */
const MAX_DEPTH = 32;

/** Reads the messages. @throws {ImportError} */
export function readOtlpProtobuf(bytes: Uint8Array): ImportedFile {
  const file: ImportedFile = { spans: [], skipped: new Map() };
  try {
    fields(bytes, {
      1: (reader) => toImported(readResource(reader.bytes()), file),
    });
  } catch (cause) {
    throw new ImportError("it is no OTLP message", { cause });
  }
  return file;
}

/** Calls `use` for each field that it knows, and skips the others. */
function fields(
  bytes: Uint8Array,
  use: Readonly<Record<number, (reader: BinaryReader) => void>>,
): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    const known = use[field];
    if (known === undefined) reader.skip(type, field);
    else known(reader);
  }
}

function readResource(bytes: Uint8Array): OtlpResource {
  const attributes: OtlpKeyValue[] = [];
  const scopeSpans: NonNullable<OtlpResource["scopeSpans"]> = [];
  fields(bytes, {
    1: (reader) => fields(reader.bytes(), { 1: (inner) => attributes.push(readKeyValue(inner)) }),
    2: (reader) => {
      const spans: OtlpSpan[] = [];
      let name = "";
      fields(reader.bytes(), {
        1: (inner) => fields(inner.bytes(), { 1: (scope) => name = scope.string() }),
        2: (inner) => spans.push(readSpan(inner.bytes())),
      });
      scopeSpans.push({ scope: { name }, spans });
    },
  });
  return { resource: { attributes }, scopeSpans };
}

function readSpan(bytes: Uint8Array): OtlpSpan {
  const span: OtlpSpan & Required<Pick<OtlpSpan, "attributes" | "events">> = {
    attributes: [],
    events: [],
  };
  fields(bytes, {
    1: (reader) => span.traceId = toHex(reader.bytes()),
    2: (reader) => span.spanId = toHex(reader.bytes()),
    4: (reader) => span.parentSpanId = toHex(reader.bytes()),
    5: (reader) => span.name = reader.string(),
    6: (reader) => span.kind = reader.int32(),
    7: (reader) => span.startTimeUnixNano = String(reader.fixed64()),
    8: (reader) => span.endTimeUnixNano = String(reader.fixed64()),
    9: (reader) => span.attributes.push(readKeyValue(reader)),
    11: (reader) => span.events.push(readEvent(reader.bytes())),
    15: (reader) => {
      const status: NonNullable<OtlpSpan["status"]> = {};
      fields(reader.bytes(), {
        2: (inner) => status.message = inner.string(),
        3: (inner) => status.code = inner.int32(),
      });
      span.status = status;
    },
  });
  return span;
}

function readEvent(bytes: Uint8Array): NonNullable<OtlpSpan["events"]>[number] {
  const attributes: OtlpKeyValue[] = [];
  const event: NonNullable<OtlpSpan["events"]>[number] = { attributes };
  fields(bytes, {
    1: (reader) => event.timeUnixNano = String(reader.fixed64()),
    2: (reader) => event.name = reader.string(),
    3: (reader) => attributes.push(readKeyValue(reader)),
  });
  return event;
}

function readKeyValue(reader: BinaryReader, depth = 0): OtlpKeyValue {
  const pair: OtlpKeyValue = {};
  fields(reader.bytes(), {
    1: (inner) => pair.key = inner.string(),
    2: (inner) => pair.value = readValue(inner.bytes(), depth),
  });
  return pair;
}

function readValue(bytes: Uint8Array, depth: number): OtlpValue {
  const value: OtlpValue = {};
  fields(bytes, {
    1: (reader) => value.stringValue = reader.string(),
    2: (reader) => value.boolValue = reader.bool(),
    3: (reader) => value.intValue = String(reader.int64()),
    4: (reader) => value.doubleValue = reader.double(),
    5: (reader) => {
      const values: OtlpValue[] = [];
      const inside = reader.bytes();
      if (depth < MAX_DEPTH) {
        fields(inside, { 1: (inner) => values.push(readValue(inner.bytes(), depth + 1)) });
      }
      value.arrayValue = { values };
    },
    6: (reader) => {
      const values: OtlpKeyValue[] = [];
      const inside = reader.bytes();
      if (depth < MAX_DEPTH) {
        fields(inside, { 1: (inner) => values.push(readKeyValue(inner, depth + 1)) });
      }
      value.kvlistValue = { values };
    },
    7: (reader) => value.bytesValue = toHex(reader.bytes()),
  });
  return value;
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
