/**
 * A program's side of a ring, reduced to what tests of the reading side need:
 * it writes the records that it is told to, with the numbers it is told to.
 *
 * @module
 */
import {
  ATTRIBUTE_BOOLEAN,
  ATTRIBUTE_JSON,
  ATTRIBUTE_NUMBER,
  ATTRIBUTE_STRING,
  F_ANCHOR_CLOCK_NS,
  F_ISSUED,
  FLAG_INLINE_NAME,
  FLAG_W3C_TRACE,
  H_THREAD,
  H_THREAD_KIND,
  IDS_PER_THREAD,
  META_FLAGS_SHIFT,
  META_STATUS_SHIFT,
  packMeta,
  RECORD_EVENT,
  RECORD_SOURCE,
  RECORD_STRING,
  ringBytes,
  type RingSizes,
  ringSizes,
  SLOT_BYTES,
  slotsByte,
  SPAN_HEADER_BYTES,
  U_ANCHOR_UNIX_NS,
} from "../../src/ring/layout.ts";
import { createRing, type RingMemory } from "../../src/ring/memory.ts";
import { createRingProducer, type RingProducer } from "../../src/ring/producer.ts";

/** A span as a test describes it. Everything but the name has a default. */
export interface TestSpan {
  id?: number;
  parentId?: number;
  traceId?: number;
  name: string;
  parentName?: string;
  startNs?: number;
  durationNs?: number;
  childNs?: number;
  scope?: number;
  kind?: number;
  status?: number;
  inlineName?: string;
  w3cTraceId?: Uint8Array;
  attributes?: Record<string, unknown>;
}

/** Unix time at which the clock of test rings reads 1,000. */
export const ANCHOR_UNIX_NS = 1_790_000_000_123_456_789n;
export const ANCHOR_CLOCK_NS = 1_000;

const encoder = new TextEncoder();

/** A new ring of which memory is at hand. */
export function createTestRing(
  options: { segmentBytes?: number; segmentCount?: number; thread?: number; process?: number } = {},
  bytes?: Uint8Array,
): { memory: RingMemory; buffer: SharedArrayBuffer | undefined; sizes: RingSizes } {
  const sizes = ringSizes(options.segmentBytes ?? 2 ** 20, options.segmentCount ?? 1);
  const buffer = bytes === undefined ? new SharedArrayBuffer(ringBytes(sizes)) : undefined;
  const memory = createRing(bytes ?? new Uint8Array(buffer!), {
    sizes,
    identity: {
      process: options.process ?? 1,
      thread: options.thread ?? 0,
      consumerPid: 1,
      consumerStart: 1,
    },
    readySegments: sizes.segmentCount,
  });
  const isWorker = options.process === undefined && (options.thread ?? 0) > 0;
  memory.i32[H_THREAD_KIND] = isWorker ? 1 : 0;
  return { memory, buffer, sizes };
}

/** Bytes that {@linkcode createTestRing} needs for a ring of one segment. */
export function testRingBytes(segmentBytes: number): number {
  return ringBytes(ringSizes(segmentBytes));
}

export class SpanProducer {
  readonly memory: RingMemory;
  readonly #producer: RingProducer;
  readonly #ids = new Map<string, number>();

  constructor(memory: RingMemory, overflow: "drop" | "block" | "grow" = "drop") {
    this.memory = memory;
    memory.f64[F_ANCHOR_CLOCK_NS] = ANCHOR_CLOCK_NS;
    memory.i64[U_ANCHOR_UNIX_NS] = ANCHOR_UNIX_NS;
    this.#producer = createRingProducer(memory, { overflow, pid: 4711 });
  }

  /** Takes the next span id. */
  issue(): number {
    return this.memory.i32[H_THREAD]! * IDS_PER_THREAD + ++this.memory.f64[F_ISSUED]!;
  }

  /** Number of a string, defined in the ring at its first use. */
  intern(text: string): number {
    let id = this.#ids.get(text);
    if (id !== undefined) return id;
    id = this.#ids.size + 1;
    const utf8 = encoder.encode(text);
    const at = this.#reserve(16 + ((utf8.length + 7) & ~7));
    const { i32, u8 } = this.memory;
    i32[at + 1] = RECORD_STRING;
    i32[at + 2] = id;
    i32[at + 3] = utf8.length;
    u8.set(utf8, at * 4 + 16);
    this.#producer.publish();
    this.#ids.set(text, id);
    return id;
  }

  /** Writes a finished span. @returns Its id. @throws when the ring is full. */
  span(span: TestSpan): number {
    const { i32, f64, u8 } = this.memory;
    const id = span.id ?? this.issue();
    const nameId = this.intern(span.name);
    const parentNameId = span.parentName === undefined ? 0 : this.intern(span.parentName);
    const attributes = this.#attributes(span.attributes ?? {});
    const inline = span.inlineName === undefined ? undefined : encoder.encode(span.inlineName);
    const inlineBytes = inline === undefined ? 0 : 8 + ((inline.length + 7) & ~7);
    const traceBytes = span.w3cTraceId === undefined ? 0 : 16;
    const at = this.#reserve(SPAN_HEADER_BYTES + inlineBytes + traceBytes + attributes.length);
    const flags = (inline === undefined ? 0 : FLAG_INLINE_NAME) |
      (span.w3cTraceId === undefined ? 0 : FLAG_W3C_TRACE);
    i32[at + 1] = packMeta(span.scope ?? 1, span.kind ?? 0) |
      ((span.status ?? 0) << META_STATUS_SHIFT) | (flags << META_FLAGS_SHIFT);
    const f = at / 2;
    f64[f + 1] = id;
    f64[f + 2] = span.parentId ?? 0;
    f64[f + 3] = span.traceId ?? id;
    f64[f + 4] = span.startNs ?? ANCHOR_CLOCK_NS;
    f64[f + 5] = span.durationNs ?? 100;
    f64[f + 6] = span.childNs ?? 0;
    i32[at + 14] = nameId;
    i32[at + 15] = parentNameId;
    let byte = at * 4 + SPAN_HEADER_BYTES;
    if (inline !== undefined) {
      i32[byte >> 2] = inline.length;
      u8.set(inline, byte + 8);
      byte += inlineBytes;
    }
    if (span.w3cTraceId !== undefined) u8.set(span.w3cTraceId, byte);
    u8.set(attributes, byte + traceBytes);
    this.#producer.publish();
    return id;
  }

  /** Shows a span in the table of open ones. @returns Its id. */
  open(slot: number, span: TestSpan): number {
    const { i32, f64 } = this.memory;
    const id = span.id ?? this.issue();
    const i = (slotsByte() + slot * SLOT_BYTES) / 4;
    const f = i / 2;
    f64[f + 1] = span.parentId ?? 0;
    f64[f + 2] = span.traceId ?? id;
    f64[f + 3] = span.startNs ?? ANCHOR_CLOCK_NS;
    i32[i + 12] = this.intern(span.name);
    i32[i + 13] = packMeta(span.scope ?? 1, span.kind ?? 0);
    i32[i + 15] = span.parentName === undefined ? 0 : this.intern(span.parentName);
    f64[f] = id;
    return id;
  }

  event(spanId: number, name: string, attributes: Record<string, unknown> = {}): void {
    const nameId = this.intern(name);
    const bytes = this.#attributes(attributes);
    const at = this.#reserve(32 + bytes.length);
    const { i32, f64, u8 } = this.memory;
    i32[at + 1] = RECORD_EVENT;
    i32[at + 2] = nameId;
    f64[at / 2 + 2] = spanId;
    f64[at / 2 + 3] = ANCHOR_CLOCK_NS + 5;
    u8.set(bytes, at * 4 + 32);
    this.#producer.publish();
  }

  source(name: string, file: string, line: number, column: number): void {
    const nameId = this.intern(name);
    const fileId = this.intern(file);
    const at = this.#reserve(24);
    this.memory.i32.set([RECORD_SOURCE, nameId, fileId, line, column], at + 1);
    this.#producer.publish();
  }

  requestFlush(): number {
    return this.#producer.requestFlush();
  }

  isFlushed(ticket: number): boolean {
    return this.#producer.isFlushed(ticket);
  }

  close(): void {
    this.#producer.close();
  }

  #reserve(bytes: number): number {
    const at = this.#producer.reserve(bytes);
    if (at < 0) throw new Error(`Cannot write ${bytes} bytes: the ring is full`);
    this.memory.i32.fill(0, at, at + bytes / 4);
    this.memory.i32[at] = bytes;
    return at;
  }

  #attributes(attributes: Record<string, unknown>): Uint8Array {
    const parts: Uint8Array[] = [];
    for (const [key, value] of Object.entries(attributes)) {
      const keyId = this.intern(key);
      if (typeof value === "boolean") {
        parts.push(words(keyId | (ATTRIBUTE_BOOLEAN << 24), value ? 1 : 0));
      } else if (typeof value === "number") {
        parts.push(words(keyId | (ATTRIBUTE_NUMBER << 24), 0));
        parts.push(new Uint8Array(new Float64Array([value]).buffer));
      } else {
        const isText = typeof value === "string";
        const utf8 = encoder.encode(isText ? value : JSON.stringify(value));
        parts.push(
          words(keyId | ((isText ? ATTRIBUTE_STRING : ATTRIBUTE_JSON) << 24), utf8.length),
        );
        const padded = new Uint8Array((utf8.length + 7) & ~7);
        padded.set(utf8);
        parts.push(padded);
      }
    }
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }
}

function words(...values: number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}
