/**
 * The records of a ring as objects, for tests that look at what a recorder wrote.
 * It knows the layout and nothing of the writer, whose decoder it is a check on.
 *
 * @module
 */
import assert from "node:assert/strict";
import { HOOK_STATES } from "../../src/model/hook_state.ts";
import { KINDS, SCOPES, STATUSES } from "../../src/model/span.ts";
import type { RingConsumer } from "../../src/ring/consumer.ts";
import {
  ATTRIBUTE_BOOLEAN,
  ATTRIBUTE_INLINE_KEY,
  ATTRIBUTE_INTERNED,
  ATTRIBUTE_JSON,
  ATTRIBUTE_MEMBERS,
  ATTRIBUTE_NUMBER,
  ATTRIBUTE_STRING,
  EVENT_HEADER_BYTES,
  FLAG_INLINE_NAME,
  FLAG_W3C_TRACE,
  HOOK_HEADER_BYTES,
  metaFlags,
  metaKind,
  metaScope,
  metaStatus,
  RECORD_EVENT,
  RECORD_HOOK,
  RECORD_METRIC,
  RECORD_SOURCE,
  RECORD_SPAN,
  RECORD_STRING,
  SPAN_CHILD_NS,
  SPAN_DURATION_NS,
  SPAN_HEADER_BYTES,
  SPAN_ID,
  SPAN_META,
  SPAN_NAME,
  SPAN_PARENT_ID,
  SPAN_PARENT_NAME,
  SPAN_START_NS,
  SPAN_TRACE_ID,
} from "../../src/ring/layout.ts";

/** A finished span. */
export interface SpanRecord {
  type: "span";
  id: number;
  parentId: number;
  traceId: number;
  startNs: number;
  durationNs: number;
  childNs: number;
  name: string;
  parentName: string;
  isInline: boolean;
  scope: string;
  kind: string;
  status: string;
  attributes: Record<string, unknown>;
}

/** A point in time of a span. */
export interface EventRecord {
  type: "event";
  name: string;
  spanId: number;
  timeNs: number;
  attributes: Record<string, unknown>;
}

/** Where a function is. */
export interface SourceRecord {
  type: "source";
  name: string;
  file: string;
  line: number;
  column: number;
}

/** A value of a metric. */
export interface MetricRecord {
  type: "metric";
  name: string;
  timeNs: number;
  value: number;
}

/** What became of a hook. */
export interface HookRecord {
  type: "hook";
  name: string;
  timeNs: number;
  state: string;
  reason: string;
}

/** One record of a ring; definitions of strings are used up by the reader. */
export type RingRecord = SpanRecord | EventRecord | SourceRecord | MetricRecord | HookRecord;

const decoder = new TextDecoder("utf-8", { fatal: true });

/** Reads a ring from where its consumer is. */
export class RecordReader {
  readonly consumer: RingConsumer;
  readonly #strings = new Map<number, string>([[0, ""]]);

  constructor(consumer: RingConsumer) {
    this.consumer = consumer;
  }

  /** Reads and releases everything that is published. Fails on anything that is not a valid record. */
  read(): RingRecord[] {
    const { consumer } = this;
    const records: RingRecord[] = [];
    while (consumer.next()) {
      const record = this.#decode(consumer.byteOffset, consumer.byteOffset + consumer.byteLength);
      if (record !== undefined) records.push(record);
    }
    consumer.release(consumer.cursor);
    assert.equal(consumer.damagedBytes, 0);
    return records;
  }

  #decode(start: number, end: number): RingRecord | undefined {
    const { i32, f64 } = this.consumer.memory;
    const at = start / 4;
    const f = start / 8;
    switch (i32[at + SPAN_META]! & 0xff) {
      case RECORD_STRING:
        this.#define(i32[at + 2]!, this.#text(start + 16, i32[at + 3]!));
        return undefined;
      case RECORD_SPAN:
        return this.#decodeSpan(start, end);
      case RECORD_EVENT:
        return {
          type: "event",
          name: this.#string(i32[at + 2]!),
          spanId: f64[f + 2]!,
          timeNs: f64[f + 3]!,
          attributes: this.#attributes(start + EVENT_HEADER_BYTES, end),
        };
      case RECORD_SOURCE:
        return {
          type: "source",
          name: this.#string(i32[at + 2]!),
          file: this.#string(i32[at + 3]!),
          line: i32[at + 4]!,
          column: i32[at + 5]!,
        };
      case RECORD_METRIC:
        return {
          type: "metric",
          name: this.#string(i32[at + 2]!),
          timeNs: f64[f + 2]!,
          value: f64[f + 3]!,
        };
      case RECORD_HOOK:
        return {
          type: "hook",
          name: this.#string(i32[at + 2]!),
          timeNs: f64[f + 2]!,
          state: HOOK_STATES[i32[at + 3]!]!,
          reason: this.#text(start + HOOK_HEADER_BYTES, i32[at + 6]!),
        };
      default:
        assert.fail(`a record of type ${i32[at + SPAN_META]! & 0xff}`);
    }
  }

  #decodeSpan(start: number, end: number): SpanRecord {
    const { i32, f64 } = this.consumer.memory;
    const at = start / 4;
    const f = start / 8;
    const meta = i32[at + SPAN_META]!;
    let next = start + SPAN_HEADER_BYTES;
    let name = this.#string(i32[at + SPAN_NAME]!);
    const isInline = (metaFlags(meta) & FLAG_INLINE_NAME) !== 0;
    if (isInline) {
      const bytes = i32[next / 4]!;
      name = this.#text(next + 8, bytes);
      next += 8 + ((bytes + 7) & ~7);
    }
    if ((metaFlags(meta) & FLAG_W3C_TRACE) !== 0) next += 16;
    return {
      type: "span",
      id: f64[f + SPAN_ID]!,
      parentId: f64[f + SPAN_PARENT_ID]!,
      traceId: f64[f + SPAN_TRACE_ID]!,
      startNs: f64[f + SPAN_START_NS]!,
      durationNs: f64[f + SPAN_DURATION_NS]!,
      childNs: f64[f + SPAN_CHILD_NS]!,
      name,
      parentName: this.#string(i32[at + SPAN_PARENT_NAME]!),
      isInline,
      scope: SCOPES[metaScope(meta)]!,
      kind: KINDS[metaKind(meta)]!,
      status: STATUSES[metaStatus(meta)]!,
      attributes: this.#attributes(next, end),
    };
  }

  #attributes(start: number, end: number): Record<string, unknown> {
    const { i32, f64 } = this.consumer.memory;
    // Without a prototype, so that a key may be `__proto__`.
    const attributes: Record<string, unknown> = Object.create(null);
    let next = start;
    while (next < end) {
      const head = i32[next / 4]!;
      const extra = i32[next / 4 + 1]!;
      const valueAt = next + 8;
      let key = this.#string(head & 0xffffff);
      let value: unknown;
      let bytes = 0;
      switch (head >>> 24) {
        case ATTRIBUTE_BOOLEAN:
          value = extra === 1;
          break;
        case ATTRIBUTE_NUMBER:
          value = f64[valueAt / 8];
          bytes = 8;
          break;
        case ATTRIBUTE_STRING:
          value = this.#text(valueAt, extra);
          bytes = extra;
          break;
        case ATTRIBUTE_INTERNED:
          value = this.#string(extra);
          break;
        case ATTRIBUTE_JSON:
          value = JSON.parse(this.#text(valueAt, extra));
          bytes = extra;
          break;
        case ATTRIBUTE_INLINE_KEY: {
          const text = this.#text(valueAt, extra);
          key = text.slice(0, text.indexOf("\0"));
          value = text.slice(text.indexOf("\0") + 1);
          bytes = extra;
          break;
        }
        case ATTRIBUTE_MEMBERS:
          Object.assign(attributes, JSON.parse(`{${this.#string(extra)}}`));
          key = "";
          break;
        default:
          assert.fail(`an attribute of type ${head >>> 24}`);
      }
      if (key !== "" || value !== undefined) attributes[key] = value;
      next = valueAt + ((bytes + 7) & ~7);
    }
    assert.equal(next, end, "attributes end with their record");
    return attributes;
  }

  #define(id: number, text: string): void {
    assert.ok(!this.#strings.has(id), `string ${id} is defined once`);
    this.#strings.set(id, text);
  }

  #string(id: number): string {
    const text = this.#strings.get(id);
    assert.notEqual(text, undefined, `string ${id} is defined before it is used`);
    return text!;
  }

  #text(byte: number, bytes: number): string {
    // Copied: a decoder may refuse shared memory.
    return decoder.decode(this.consumer.memory.u8.slice(byte, byte + bytes));
  }
}
