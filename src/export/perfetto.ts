/**
 * Perfetto's own trace format: a protobuf message for each begin and end of a
 * slice, on a track for each lane, with flows from callers to what they called
 * on another one.
 *
 * https://perfetto.dev/docs/reference/synthetic-track-event
 *
 * @module
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { RecordedSpan, RecordedThread, SpanReader } from "../model/span_reader.ts";
import { attributesOf } from "./attributes.ts";
import { endOf, type Lane, Lanes } from "./lanes.ts";
import { laneName, processName } from "./lane_names.ts";

// TracePacket.
const PACKET = 1;
const TIMESTAMP = 8;
const SEQUENCE_ID = 10;
const TRACK_EVENT = 11;
const SEQUENCE_FLAGS = 13;
const TRACK_DESCRIPTOR = 60;

const INCREMENTAL_STATE_CLEARED = 1;
const NEEDS_INCREMENTAL_STATE = 2;

// TrackEvent.
const EVENT_TYPE = 9;
const SLICE_BEGIN = 1;
const SLICE_END = 2;
const INSTANT = 3;

const ONE_SEQUENCE = 1;
const BYTES_A_PIECE = 64 * 1024;

/** Writes the trace of a run. */
export async function* exportPerfetto(reader: SpanReader): AsyncIterable<Uint8Array> {
  const threads = await reader.threads();
  const runEndNs = reader.run.durationNs ?? 0;
  const lanes = new Lanes(runEndNs);
  const trace = new TraceWriter(threads, reader);
  trace.begin();
  for await (const spans of reader.scan({ order: "start", withEvents: true })) {
    for (const span of spans) {
      const { lane, parentLane } = lanes.place(span);
      trace.slice(span, { lane, parentLane, endNs: endOf(span, runEndNs) });
    }
    if (trace.size >= BYTES_A_PIECE) yield trace.take();
  }
  trace.end();
  yield trace.take();
}

/** Puts packets together. Begins and ends of a track are in the order of time. */
class TraceWriter {
  readonly #threads: readonly RecordedThread[];
  readonly #reader: SpanReader;
  readonly #parts: Uint8Array[] = [];
  readonly #open = new Map<number, { lane: Lane; ends: number[] }>();
  readonly #processes = new Set<number>();
  size = 0;

  constructor(threads: readonly RecordedThread[], reader: SpanReader) {
    this.#threads = threads;
    this.#reader = reader;
  }

  begin(): void {
    this.#packet((writer) => {
      writer.tag(SEQUENCE_FLAGS, WireType.Varint).uint32(INCREMENTAL_STATE_CLEARED);
    });
  }

  slice(
    span: RecordedSpan,
    { lane, parentLane, endNs }: { lane: Lane; parentLane: Lane | undefined; endNs: number },
  ): void {
    let open = this.#open.get(lane.id);
    if (open === undefined) {
      open = { lane, ends: [] };
      this.#open.set(lane.id, open);
      this.#describe(lane);
    }
    this.#closeBefore(open, span.startNs);
    if (parentLane !== undefined) {
      this.#event(parentLane, span.startNs, INSTANT, (writer) => {
        writer.tag(23, WireType.LengthDelimited).string("call");
        writer.tag(47, WireType.Bit64).fixed64(String(span.spanId));
      });
    }
    this.#event(lane, span.startNs, SLICE_BEGIN, (writer) => {
      writer.tag(22, WireType.LengthDelimited).string(span.scope);
      writer.tag(23, WireType.LengthDelimited).string(span.name);
      if (parentLane !== undefined) {
        writer.tag(48, WireType.Bit64).fixed64(String(span.spanId));
      }
      writeAnnotations(writer, {
        ...attributesOf(span.attributes),
        "span.id": span.spanId,
        "trace.id": span.traceId,
        "span.status": span.status,
      });
    });
    open.ends.push(endNs);
    for (const { name, timeNs, attributes } of span.events ?? []) {
      this.#event(lane, timeNs, INSTANT, (writer) => {
        writer.tag(23, WireType.LengthDelimited).string(name);
        writeAnnotations(writer, attributesOf(attributes));
      });
    }
  }

  end(): void {
    for (const open of this.#open.values()) this.#closeBefore(open, Infinity);
  }

  take(): Uint8Array {
    const bytes = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.#parts.splice(0)) {
      bytes.set(part, at);
      at += part.length;
    }
    this.size = 0;
    return bytes;
  }

  #closeBefore({ lane, ends }: { lane: Lane; ends: number[] }, timeNs: number): void {
    while (ends.length > 0 && ends.at(-1)! <= timeNs) {
      this.#event(lane, ends.pop()!, SLICE_END, () => {});
    }
  }

  #event(lane: Lane, timeNs: number, type: number, write: (writer: BinaryWriter) => void): void {
    this.#packet((writer) => {
      writer.tag(TIMESTAMP, WireType.Varint).uint64(String(Math.max(0, Math.round(timeNs))));
      writer.tag(SEQUENCE_FLAGS, WireType.Varint).uint32(NEEDS_INCREMENTAL_STATE);
      writer.tag(TRACK_EVENT, WireType.LengthDelimited).fork();
      writer.tag(EVENT_TYPE, WireType.Varint).int32(type);
      writer.tag(11, WireType.Varint).uint64(String(trackOf(lane)));
      write(writer);
      writer.join();
    });
  }

  #describe(lane: Lane): void {
    const { processId } = lane;
    const process = processTrackOf(processId);
    if (!this.#processes.has(processId)) {
      this.#processes.add(processId);
      this.#track(process, undefined, (writer) => {
        writer.tag(3, WireType.LengthDelimited).fork();
        writer.tag(1, WireType.Varint).int32(processId + 1);
        const name = processName(processId, this.#threads, this.#reader.run);
        writer.tag(6, WireType.LengthDelimited).string(name);
        writer.join();
      });
    }
    this.#track(trackOf(lane), process, (writer) => {
      writer.tag(2, WireType.LengthDelimited).string(laneName(lane, this.#threads));
    });
  }

  #track(id: number, parent: number | undefined, write: (writer: BinaryWriter) => void): void {
    this.#packet((writer) => {
      writer.tag(TRACK_DESCRIPTOR, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.Varint).uint64(String(id));
      if (parent !== undefined) writer.tag(5, WireType.Varint).uint64(String(parent));
      write(writer);
      writer.join();
    });
  }

  #packet(write: (writer: BinaryWriter) => void): void {
    const writer = new BinaryWriter();
    writer.tag(PACKET, WireType.LengthDelimited).fork();
    writer.tag(SEQUENCE_ID, WireType.Varint).uint32(ONE_SEQUENCE);
    write(writer);
    writer.join();
    const bytes = writer.finish();
    this.#parts.push(bytes);
    this.size += bytes.length;
  }
}

/** Tracks of lanes are odd, those of processes even. */
function trackOf({ id }: Lane): number {
  return (id + 1) * 2 + 1;
}

function processTrackOf(processId: number): number {
  return (processId + 1) * 2;
}

function writeAnnotations(
  writer: BinaryWriter,
  values: Readonly<Record<string, unknown>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined) continue;
    writer.tag(4, WireType.LengthDelimited).fork();
    writer.tag(10, WireType.LengthDelimited).string(name);
    if (typeof value === "boolean") writer.tag(2, WireType.Varint).bool(value);
    else if (typeof value === "number" && Number.isSafeInteger(value)) {
      writer.tag(4, WireType.Varint).int64(String(value));
    } else if (typeof value === "number") writer.tag(5, WireType.Bit64).double(value);
    else {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      writer.tag(6, WireType.LengthDelimited).string(text.toWellFormed());
    }
    writer.join();
  }
}
