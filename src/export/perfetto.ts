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
import type { Lane } from "../analysis/lanes.ts";
import type { RecordedThread, SpanReader } from "../model/span_reader.ts";
import { attributesOf } from "./attributes.ts";
import { laneName, processName } from "./lane_names.ts";
import { type ExportChoice, type PlacedSpan, placeSpans } from "./placed_spans.ts";

// TracePacket.
const PACKET = 1;
const TIMESTAMP = 8;
const SEQUENCE_ID = 10;
const TRACK_EVENT = 11;
const SEQUENCE_FLAGS = 13;
const TRACK_DESCRIPTOR = 60;

const INCREMENTAL_STATE_CLEARED = 1;
const NEEDS_INCREMENTAL_STATE = 2;

// TrackDescriptor.
const UUID = 1;
const TRACK_NAME = 2;
const PROCESS = 3;
const PARENT_UUID = 5;
const CHILD_ORDERING = 11;
const SIBLING_ORDER_RANK = 12;
const SIBLING_MERGE_BEHAVIOR = 15;

const EXPLICIT_ORDER = 3;
const NEVER_MERGE = 2;

// ProcessDescriptor.
const PID = 1;
const PROCESS_NAME = 6;

// TrackEvent.
const DEBUG_ANNOTATIONS = 4;
const EVENT_TYPE = 9;
const TRACK_UUID = 11;
const CATEGORIES = 22;
const EVENT_NAME = 23;
const FLOW_IDS = 47;
const TERMINATING_FLOW_IDS = 48;

const SLICE_BEGIN = 1;
const SLICE_END = 2;
const INSTANT = 3;

const ONE_SEQUENCE = 1;

/** Writes the trace of a run. */
export async function* exportPerfetto(
  reader: SpanReader,
  choice: ExportChoice = {},
): AsyncIterable<Uint8Array> {
  const trace = new TraceWriter(await reader.threads(), reader);
  trace.begin();
  for await (const spans of placeSpans(reader, { ...choice, withEvents: true })) {
    for (const span of spans) trace.slice(span);
    yield trace.take();
  }
  trace.end();
  yield trace.take();
}

/** A lane and the ends of what is open on it, callers first. */
interface Track {
  lane: Lane;
  ends: number[];
}

/** Puts packets together. Viewers sort them by time; those of one time stay in their order. */
class TraceWriter {
  readonly #threads: readonly RecordedThread[];
  readonly #reader: SpanReader;
  readonly #writer = new BinaryWriter();
  readonly #tracks: Track[] = [];
  /** The first lane of each thread. */
  readonly #firstLanes = new Map<string, Lane>();
  readonly #processes = new Set<number>();
  /** Earliest time; below 0 where the clocks of two processes differ. */
  #originNs: number | undefined;

  constructor(threads: readonly RecordedThread[], reader: SpanReader) {
    this.#threads = threads;
    this.#reader = reader;
  }

  begin(): void {
    this.#packet((writer) => {
      writer.tag(SEQUENCE_FLAGS, WireType.Varint).uint32(INCREMENTAL_STATE_CLEARED);
    });
  }

  slice({ span, endNs, lane, depth, caller }: PlacedSpan): void {
    this.#originNs ??= Math.min(0, span.startNs);
    const { ends } = this.#tracks[lane.index] ?? this.#open(lane);
    this.#close(lane, ends, depth);
    if (caller !== undefined) this.#flow(caller, span.spanId);
    this.#event(lane, span.startNs, SLICE_BEGIN, (writer) => {
      writer.tag(CATEGORIES, WireType.LengthDelimited).string(span.scope);
      writer.tag(EVENT_NAME, WireType.LengthDelimited).string(span.name);
      if (caller !== undefined) {
        writer.tag(TERMINATING_FLOW_IDS, WireType.Bit64).fixed64(String(span.spanId));
      }
      writeAnnotations(writer, {
        ...attributesOf(span.attributes),
        "span.id": span.spanId,
        "span.parent_id": span.parentSpanId,
        "trace.id": span.traceId,
        "span.status": span.status,
        "w3c.trace_id": span.w3cTraceId,
      });
    });
    ends.push(endNs);
    for (const { name, timeNs, attributes } of span.events ?? []) {
      this.#event(lane, timeNs, INSTANT, (writer) => {
        writer.tag(EVENT_NAME, WireType.LengthDelimited).string(name);
        writeAnnotations(writer, attributesOf(attributes));
      });
    }
  }

  end(): void {
    for (const { lane, ends } of this.#tracks) this.#close(lane, ends, 0);
  }

  /** What was written since the last time. */
  take(): Uint8Array {
    return this.#writer.finish();
  }

  /**
   * A flow leaves the innermost slice of its moment: at the start of the caller that is
   * the caller itself.
   */
  #flow({ lane, startNs }: { lane: Lane; startNs: number }, spanId: number): void {
    this.#event(lane, startNs, INSTANT, (writer) => {
      writer.tag(EVENT_NAME, WireType.LengthDelimited).string("call");
      writer.tag(FLOW_IDS, WireType.Bit64).fixed64(String(spanId));
    });
  }

  /** Ends what is on a lane from this level on. */
  #close(lane: Lane, ends: number[], depth: number): void {
    while (ends.length > depth) this.#event(lane, ends.pop()!, SLICE_END, () => {});
  }

  #event(lane: Lane, timeNs: number, type: number, write: (writer: BinaryWriter) => void): void {
    const time = Math.max(0, Math.round(timeNs - this.#originNs!));
    this.#packet((writer) => {
      writer.tag(TIMESTAMP, WireType.Varint).uint64(String(time));
      writer.tag(SEQUENCE_FLAGS, WireType.Varint).uint32(NEEDS_INCREMENTAL_STATE);
      writer.tag(TRACK_EVENT, WireType.LengthDelimited).fork();
      writer.tag(EVENT_TYPE, WireType.Varint).int32(type);
      writer.tag(TRACK_UUID, WireType.Varint).uint64(String(trackOf(lane)));
      write(writer);
      writer.join();
    });
  }

  /** Describes a lane; those beside the first of a thread are below that. */
  #open(lane: Lane): Track {
    const { processId, threadId, number } = lane;
    const process = processTrackOf(processId);
    if (!this.#processes.has(processId)) {
      this.#processes.add(processId);
      const name = processName(processId, this.#threads, this.#reader.run);
      this.#describe(process, (writer) => {
        writer.tag(PROCESS, WireType.LengthDelimited).fork();
        // 0 stands for the idle process.
        writer.tag(PID, WireType.Varint).int32(processId + 1);
        writer.tag(PROCESS_NAME, WireType.LengthDelimited).string(name);
        writer.join();
      });
    }
    const thread = `${processId} ${threadId}`;
    const first = this.#firstLanes.get(thread);
    if (first === undefined) this.#firstLanes.set(thread, lane);
    this.#describe(trackOf(lane), (writer) => {
      const parent = first === undefined ? process : trackOf(first);
      writer.tag(TRACK_NAME, WireType.LengthDelimited).string(laneName(lane, this.#threads));
      writer.tag(PARENT_UUID, WireType.Varint).uint64(String(parent));
      writer.tag(CHILD_ORDERING, WireType.Varint).int32(EXPLICIT_ORDER);
      writer.tag(SIBLING_ORDER_RANK, WireType.Varint).int32(
        first === undefined ? threadId : number,
      );
      writer.tag(SIBLING_MERGE_BEHAVIOR, WireType.Varint).int32(NEVER_MERGE);
    });
    const track = { lane, ends: [] };
    this.#tracks[lane.index] = track;
    return track;
  }

  #describe(id: number, write: (writer: BinaryWriter) => void): void {
    this.#packet((writer) => {
      writer.tag(TRACK_DESCRIPTOR, WireType.LengthDelimited).fork();
      writer.tag(UUID, WireType.Varint).uint64(String(id));
      write(writer);
      writer.join();
    });
  }

  #packet(write: (writer: BinaryWriter) => void): void {
    const writer = this.#writer;
    writer.tag(PACKET, WireType.LengthDelimited).fork();
    writer.tag(SEQUENCE_ID, WireType.Varint).uint32(ONE_SEQUENCE);
    write(writer);
    writer.join();
  }
}

/** Tracks of lanes are odd, those of processes even. */
function trackOf({ index }: Lane): number {
  return (index + 1) * 2 + 1;
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
    writer.tag(DEBUG_ANNOTATIONS, WireType.LengthDelimited).fork();
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
