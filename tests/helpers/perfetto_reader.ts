/**
 * Reads traces of Perfetto's as its trace processor does: packets in the order
 * of their times, begins and ends of a track as a stack, a flow from slice to
 * slice. What would be an error there is one here.
 *
 * @module
 */
import assert from "node:assert/strict";
import protobuf from "protobufjs";

/** A slice; instants are slices of no length. */
export interface PerfettoSlice {
  name: string;
  category: string | undefined;
  track: number;
  startNs: number;
  endNs: number;
  isInstant: boolean;
  /** What it lies in. */
  parent: PerfettoSlice | undefined;
  annotations: Map<string, unknown>;
}

export interface PerfettoTrack {
  uuid: number;
  parentUuid?: number;
  name?: string;
  process?: { pid: number; processName: string };
  childOrdering?: string;
  siblingOrderRank?: number;
  siblingMergeBehavior?: string;
}

export interface PerfettoTrace {
  tracks: Map<number, PerfettoTrack>;
  slices: PerfettoSlice[];
  flows: { from: PerfettoSlice; to: PerfettoSlice }[];
}

interface TrackEvent {
  type: string;
  trackUuid: number;
  name?: string;
  categories?: string[];
  flowIds?: string[];
  terminatingFlowIds?: string[];
  debugAnnotations?: { name: string; [value: string]: unknown }[];
}

interface Packet {
  timestamp?: number;
  trustedPacketSequenceId: number;
  sequenceFlags?: number;
  trackEvent?: TrackEvent;
  trackDescriptor?: PerfettoTrack;
}

/** What ferret uses of the published schema, perfetto_trace.proto. */
const SCHEMA = `
  syntax = "proto2";
  package perfetto.protos;
  message Trace { repeated TracePacket packet = 1; }
  message TracePacket {
    optional uint64 timestamp = 8;
    optional uint32 trusted_packet_sequence_id = 10;
    optional TrackEvent track_event = 11;
    optional uint32 sequence_flags = 13;
    optional TrackDescriptor track_descriptor = 60;
  }
  message TrackDescriptor {
    optional uint64 uuid = 1;
    optional string name = 2;
    optional ProcessDescriptor process = 3;
    optional uint64 parent_uuid = 5;
    enum ChildTracksOrdering { UNKNOWN = 0; LEXICOGRAPHIC = 1; CHRONOLOGICAL = 2; EXPLICIT = 3; }
    optional ChildTracksOrdering child_ordering = 11;
    optional int32 sibling_order_rank = 12;
    enum SiblingMergeBehavior {
      SIBLING_MERGE_BEHAVIOR_UNSPECIFIED = 0;
      SIBLING_MERGE_BEHAVIOR_NONE = 2;
    }
    optional SiblingMergeBehavior sibling_merge_behavior = 15;
  }
  message ProcessDescriptor { optional int32 pid = 1; optional string process_name = 6; }
  message TrackEvent {
    repeated DebugAnnotation debug_annotations = 4;
    enum Type {
      TYPE_UNSPECIFIED = 0; TYPE_SLICE_BEGIN = 1; TYPE_SLICE_END = 2; TYPE_INSTANT = 3;
    }
    optional Type type = 9;
    optional uint64 track_uuid = 11;
    repeated string categories = 22;
    optional string name = 23;
    repeated fixed64 flow_ids = 47;
    repeated fixed64 terminating_flow_ids = 48;
  }
  message DebugAnnotation {
    optional string name = 10;
    optional bool bool_value = 2;
    optional int64 int_value = 4;
    optional double double_value = 5;
    optional string string_value = 6;
  }`;

/** Reads a trace, by ferret's part of the schema or by another. */
export function readPerfetto(
  bytes: Uint8Array,
  schema: protobuf.Root = protobuf.parse(SCHEMA).root,
): PerfettoTrace {
  const reader = new TraceReader();
  // Sorting leaves packets of one time as they are.
  const packets = packetsOf(bytes, schema);
  for (const { trackDescriptor } of packets) reader.describe(trackDescriptor);
  const events = packets.filter(({ trackEvent }) => trackEvent !== undefined)
    .sort((a, b) => a.timestamp! - b.timestamp!);
  for (const { timestamp, trackEvent } of events) reader.read(trackEvent!, timestamp!);
  return reader.finish();
}

/** The packets as plain objects. */
export function packetsOf(bytes: Uint8Array, schema?: protobuf.Root): Packet[] {
  const type = (schema ?? protobuf.parse(SCHEMA).root).lookupType("perfetto.protos.Trace");
  const options = { longs: Number, enums: String };
  const { packet } = type.toObject(type.decode(bytes), options) as { packet: Packet[] };
  // Nothing may depend on state that nobody said is there.
  assert.equal(packet[0]!.sequenceFlags, 1);
  return packet;
}

class TraceReader {
  readonly #trace: PerfettoTrace = { tracks: new Map(), slices: [], flows: [] };
  readonly #stacks = new Map<number, PerfettoSlice[]>();
  readonly #flows = new Map<string, PerfettoSlice>();

  describe(track: PerfettoTrack | undefined): void {
    if (track === undefined) return;
    assert.ok(!this.#trace.tracks.has(track.uuid), `track ${track.uuid} is described twice`);
    if (track.parentUuid !== undefined) assert.ok(this.#trace.tracks.has(track.parentUuid));
    this.#trace.tracks.set(track.uuid, track);
  }

  read(event: TrackEvent, timeNs: number): void {
    const { type, trackUuid } = event;
    assert.ok(this.#trace.tracks.has(trackUuid), `track ${trackUuid} is not described`);
    const stack = this.#stacks.get(trackUuid) ?? [];
    this.#stacks.set(trackUuid, stack);
    if (type === "TYPE_SLICE_END") {
      const slice = stack.pop();
      assert.ok(slice, "an end without a begin");
      slice.endNs = timeNs;
      return;
    }
    const slice: PerfettoSlice = {
      name: event.name ?? "",
      category: event.categories?.[0],
      track: trackUuid,
      startNs: timeNs,
      endNs: timeNs,
      isInstant: type === "TYPE_INSTANT",
      parent: stack.at(-1),
      annotations: new Map(
        event.debugAnnotations?.map(({ name, ...value }) => [name, Object.values(value)[0]]),
      ),
    };
    this.#trace.slices.push(slice);
    if (!slice.isInstant) stack.push(slice);
    for (const id of event.flowIds ?? []) {
      assert.ok(!this.#flows.has(id), `flow ${id} begins twice`);
      this.#flows.set(id, slice);
    }
    for (const id of event.terminatingFlowIds ?? []) {
      const from = this.#flows.get(id);
      assert.ok(from, `flow ${id} ends before it begins`);
      this.#flows.delete(id);
      this.#trace.flows.push({ from, to: slice });
    }
  }

  finish(): PerfettoTrace {
    for (const stack of this.#stacks.values()) assert.deepEqual(stack, []);
    assert.equal(this.#flows.size, 0);
    return this.#trace;
  }
}
