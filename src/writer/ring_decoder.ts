/**
 * Turns the records of one ring into the columns of a batch.
 *
 * Nothing in here allocates for a span, and nothing trusts the ring: lengths
 * are checked against the record, and a number that was not defined reads as
 * the empty name.
 *
 * @module
 */
import { HOOK_STATES } from "../model/hook_state.ts";
import { KINDS, SCOPES, STATUS_UNFINISHED } from "../model/span.ts";
import { type OpenSpan, RingConsumer, type RingCursor } from "../ring/consumer.ts";
import {
  EVENT_HEADER_BYTES,
  F_ANCHOR_CLOCK_NS,
  FLAG_INLINE_NAME,
  FLAG_W3C_TRACE,
  H_PROCESS,
  H_THREAD,
  HOOK_HEADER_BYTES,
  isAnyId,
  isIdOf,
  metaFlags,
  metaKind,
  metaScope,
  metaStatus,
  METRIC_BYTES,
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
  U_ANCHOR_UNIX_NS,
} from "../ring/layout.ts";
import type { RingMemory } from "../ring/memory.ts";
import {
  type Batch,
  NO_TEXT,
  type RingProgress,
  ROW_GROUP_ROWS,
  setInt64,
  type StringRow,
  TextColumn,
} from "../store/batch.ts";
import { appendAttributes, textOf } from "./json_text.ts";
import { RingStrings, type TextNumbers } from "./ring_strings.ts";

/**
 * Shares of a ring that wait for a commit: from the first on a batch is closed
 * when it fills whole row groups, from the second on in any case. The rest is
 * the program's while the batch is written.
 */
const FEW_HELD = 0.25;
const MANY_HELD = 0.5;

const TWO_32 = 4294967296;
const LAST_SCOPE = SCOPES.length - 1;
const LAST_KIND = KINDS.length - 1;
const HEX = "0123456789abcdef";

export class RingDecoder {
  /** Number of the ring within the run. */
  readonly ring: number;
  readonly consumer: RingConsumer;
  /** Finished spans decoded so far, those of earlier writers included. */
  stored: number;
  /** Id of the finished span that was decoded last. */
  lastSpanId = 0;
  /** Records left out because their numbers cannot be a recorder's: damaged memory. */
  damagedRecords = 0;
  readonly #memory: RingMemory;
  readonly #strings: RingStrings;
  readonly #eventText = new TextColumn(1);
  #anchorHigh = 0;
  #anchorLow = 0;
  #anchorClockNs = 0;

  /**
   * @param ring Number of the ring within the run.
   * @param memory The ring.
   * @param start What the store knows of the ring, and the run's texts.
   */
  constructor(
    ring: number,
    memory: RingMemory,
    start: { texts: TextNumbers; strings: StringRow[]; progress: RingProgress | undefined },
  ) {
    this.ring = ring;
    this.#memory = memory;
    this.consumer = new RingConsumer(memory, start.progress);
    this.stored = start.progress?.stored ?? 0;
    this.#strings = new RingStrings(start.texts);
    for (const row of start.strings) {
      if (row.ring === ring) this.#strings.define(row.id, row.text);
    }
    this.readAnchor();
  }

  /** How far this ring is in the batches decoded so far. */
  get progress(): RingProgress {
    const { segment, position }: RingCursor = this.consumer.cursor;
    return { ring: this.ring, segment, position, stored: this.stored };
  }

  /** Takes over the clock's place in real time, which the producer writes when it attaches. */
  readAnchor(): void {
    const unixNs = BigInt.asUintN(64, this.#memory.i64[U_ANCHOR_UNIX_NS]!);
    this.#anchorHigh = Number(unixNs >> 32n);
    this.#anchorLow = Number(unixNs & 0xffffffffn);
    this.#anchorClockNs = this.#memory.f64[F_ANCHOR_CLOCK_NS]!;
  }

  /** Unix time of a reading of the ring's clock. */
  unixNs(clockNs: number): bigint {
    const sinceNs = Math.round(clockNs - this.#anchorClockNs);
    // What is out of reach is no time: damaged memory.
    const isTime = sinceNs > -(2 ** 53) && sinceNs < 2 ** 53;
    const unixNs = (BigInt(this.#anchorHigh) << 32n) + BigInt(this.#anchorLow) +
      BigInt(isTime ? sinceNs : 0);
    return BigInt.asIntN(64, unixNs);
  }

  /** A text that does not come as a record, as it may be stored. */
  withoutSecrets(text: string): string {
    return this.#strings.redactor.text(text);
  }

  /** The name that an id of this ring stands for. */
  nameOf(id: number): string {
    return this.#strings.textOf(id);
  }

  /** All strings that the ring has defined so far. */
  definedStrings(): StringRow[] {
    return this.#strings.defined().map((id) => ({ ring: this.ring, id, text: this.nameOf(id) }));
  }

  /**
   * Decodes what the ring holds into `batch`, as far as it should go into one
   * commit.
   *
   * @returns Whether records are left.
   */
  decode(batch: Batch): boolean {
    const { consumer } = this;
    const { i32, sizes } = this.#memory;
    const { spans } = batch;
    const fewBytes = sizes.segmentBytes * FEW_HELD;
    const manyBytes = sizes.segmentBytes * MANY_HELD;
    if (this.#anchorHigh === 0) this.readAnchor();
    let wholeAt = spans.count - spans.count % ROW_GROUP_ROWS + ROW_GROUP_ROWS;
    for (let count = 1; !batch.isFull; count++) {
      if (spans.count === wholeAt) {
        wholeAt += ROW_GROUP_ROWS;
        if (consumer.heldBytes >= fewBytes) return true;
      }
      if ((count & 255) === 0 && consumer.heldBytes >= manyBytes) return true;
      if (!consumer.next()) return false;
      const at = consumer.byteOffset;
      switch (i32[(at >> 2) + 1]! & 0xff) {
        case RECORD_SPAN:
          if (consumer.byteLength >= SPAN_HEADER_BYTES) this.#decodeSpan(batch, at);
          break;
        case RECORD_STRING:
          this.#decodeString(batch, at);
          break;
        case RECORD_EVENT:
          if (consumer.byteLength >= EVENT_HEADER_BYTES) this.#decodeEvent(batch, at);
          break;
        case RECORD_SOURCE:
          this.#decodeSource(batch, at);
          break;
        case RECORD_METRIC:
          if (consumer.byteLength >= METRIC_BYTES) this.#decodeMetric(batch, at);
          break;
        case RECORD_HOOK:
          if (consumer.byteLength >= HOOK_HEADER_BYTES) this.#decodeHook(batch, at);
      }
    }
    return true;
  }

  /** Adds a row for a span that will not end any more. */
  addUnfinished(batch: Batch, span: OpenSpan): void {
    const { spans } = batch;
    const row = spans.count++;
    setInt64(spans.spanId, row, span.spanId);
    setInt64(spans.traceId, row, span.traceId);
    setInt64(spans.parentId, row, span.parentId);
    this.#setStart(spans.startNs, row, span.startNs);
    setInt64(spans.durationNs, row, 0);
    setInt64(spans.selfNs, row, 0);
    this.#setNamesAndCodes(batch, row, span);
    spans.status[row] = STATUS_UNFINISHED;
  }

  #decodeSpan(batch: Batch, at: number): void {
    const { f64, i32 } = this.#memory;
    const { spans } = batch;
    const f = at >> 3;
    const i = at >> 2;
    const meta = i32[i + SPAN_META]!;
    const spanId = f64[f + SPAN_ID]!;
    const parentId = f64[f + SPAN_PARENT_ID]!;
    const traceId = f64[f + SPAN_TRACE_ID]!;
    if (!isIdOf(i32[H_THREAD]!, spanId) || !isAnyId(parentId) || !isAnyId(traceId)) {
      this.damagedRecords++;
      return;
    }
    const row = spans.count++;
    this.lastSpanId = spanId;
    setInt64(spans.spanId, row, spanId);
    setInt64(spans.traceId, row, traceId);
    setInt64(spans.parentId, row, parentId);
    this.#setStart(spans.startNs, row, f64[f + SPAN_START_NS]!);
    const durationNs = positive(f64[f + SPAN_DURATION_NS]!);
    const selfNs = durationNs - positive(f64[f + SPAN_CHILD_NS]!);
    setInt64(spans.durationNs, row, durationNs);
    setInt64(spans.selfNs, row, selfNs > 0 ? selfNs : 0);
    const { numbers } = this.#strings;
    const nameId = i32[i + SPAN_NAME]!;
    const name = numbers[nameId];
    spans.name[row] = name === undefined || name < 0 ? numbers[0]! : name;
    if (parentId === 0) {
      spans.parentName[row] = NO_TEXT;
    } else {
      const parentName = numbers[i32[i + SPAN_PARENT_NAME]!];
      spans.parentName[row] = parentName === undefined || parentName < 0 ? numbers[0]! : parentName;
    }
    this.#setCodes(batch, row, meta);
    this.stored++;
    if (this.consumer.byteLength > SPAN_HEADER_BYTES) {
      this.#decodeExtras(batch, row, { at, flags: metaFlags(meta) });
    }
  }

  /** What follows a span's header: inline name, W3C trace id, attributes. */
  #decodeExtras(batch: Batch, row: number, span: { at: number; flags: number }): void {
    const { i32, u8 } = this.#memory;
    const { spans } = batch;
    const to = span.at + this.consumer.byteLength;
    let from = span.at + SPAN_HEADER_BYTES;
    if ((span.flags & FLAG_INLINE_NAME) !== 0) {
      const length = i32[from >> 2]!;
      if (length < 0 || from + 8 + length > to) return;
      const name = this.#strings.redactor.text(textOf(u8, from + 8, length));
      spans.name[row] = batch.addInlineText(name);
      from += 8 + ((length + 7) & ~7);
    }
    if ((span.flags & FLAG_W3C_TRACE) !== 0) {
      if (from + 16 > to) return;
      setHex(spans.w3cTraceId, row, u8.subarray(from, from + 16));
      from += 16;
    }
    if (from >= to) return;
    const { attributes } = spans;
    const start = attributes.length;
    if (appendAttributes(attributes, this.#memory, { from, to, strings: this.#strings })) {
      attributes.close(row, start);
    }
  }

  #decodeString(batch: Batch, at: number): void {
    const { i32, u8 } = this.#memory;
    const id = i32[(at >> 2) + 2]!;
    const length = i32[(at >> 2) + 3]!;
    // Ids are given out one after the other: a huge one comes from damaged memory.
    if (length < 0 || 16 + length > this.consumer.byteLength || id < 0 || id > 0xffffff) return;
    const text = this.#strings.define(id, textOf(u8, at + 16, length));
    batch.strings.push({ ring: this.ring, id, text });
  }

  #decodeEvent(batch: Batch, at: number): void {
    const { f64, i32 } = this.#memory;
    const spanId = f64[(at >> 3) + 2]!;
    if (spanId === 0 || !isAnyId(spanId)) {
      this.damagedRecords++;
      return;
    }
    const text = this.#eventText;
    text.clear();
    const to = at + this.consumer.byteLength;
    const range = { from: at + EVENT_HEADER_BYTES, to, strings: this.#strings };
    const hasAttributes = appendAttributes(text, this.#memory, range);
    batch.events.push({
      spanId,
      timeNs: this.unixNs(f64[(at >> 3) + 3]!),
      name: this.nameOf(i32[(at >> 2) + 2]!),
      attributes: hasAttributes ? textOf(text.bytes, 0, text.length) : undefined,
    });
  }

  #decodeSource(batch: Batch, at: number): void {
    if (this.consumer.byteLength < 24) return;
    const { i32 } = this.#memory;
    const i = at >> 2;
    batch.sources.push({
      name: this.nameOf(i32[i + 2]!),
      file: this.nameOf(i32[i + 3]!),
      line: i32[i + 4]!,
      column: i32[i + 5]!,
    });
  }

  #decodeMetric(batch: Batch, at: number): void {
    const { f64 } = this.#memory;
    const value = f64[(at >> 3) + 3]!;
    if (Number.isFinite(value)) batch.metrics.push({ ...this.#factOf(at), value });
  }

  #decodeHook(batch: Batch, at: number): void {
    const { i32, u8 } = this.#memory;
    const state = HOOK_STATES[i32[(at >> 2) + 3]!];
    const length = i32[(at >> 2) + 6]!;
    if (state === undefined || length < 0) return;
    if (HOOK_HEADER_BYTES + length > this.consumer.byteLength) return;
    const text = textOf(u8, at + HOOK_HEADER_BYTES, length);
    const reason = length === 0 ? undefined : this.withoutSecrets(text);
    batch.hooks.push({ ...this.#factOf(at), state, reason });
  }

  /** What metrics and hooks have in common. */
  #factOf(at: number) {
    const { f64, i32 } = this.#memory;
    return {
      processId: i32[H_PROCESS]!,
      threadId: i32[H_THREAD]!,
      timeNs: this.unixNs(f64[(at >> 3) + 2]!),
      name: this.nameOf(i32[(at >> 2) + 2]!),
    };
  }

  #setNamesAndCodes(batch: Batch, row: number, span: OpenSpan): void {
    const { spans } = batch;
    spans.name[row] = this.#strings.numberOf(span.nameId);
    spans.parentName[row] = span.parentId === 0
      ? NO_TEXT
      : this.#strings.numberOf(span.parentNameId);
    this.#setCodes(batch, row, span.meta);
  }

  #setCodes(batch: Batch, row: number, meta: number): void {
    const { spans } = batch;
    spans.scope[row] = atMost(metaScope(meta), LAST_SCOPE);
    spans.kind[row] = atMost(metaKind(meta), LAST_KIND);
    spans.status[row] = atMost(metaStatus(meta), STATUS_UNFINISHED - 1);
    spans.process[row] = this.#memory.i32[H_PROCESS]!;
    spans.thread[row] = this.#memory.i32[H_THREAD]!;
  }

  /** Clock reading → Unix time, in two words because a double cannot hold it. */
  #setStart(column: Int32Array, row: number, clockNs: number): void {
    const sinceNs = Math.round(clockNs - this.#anchorClockNs);
    // As in unixNs. A program may pass any number as the time at which a span began.
    const isTime = sinceNs > -(2 ** 53) && sinceNs < 2 ** 53;
    const sum = this.#anchorLow + (isTime ? sinceNs : 0);
    const carry = Math.floor(sum / TWO_32);
    column[row * 2] = sum - carry * TWO_32;
    column[row * 2 + 1] = this.#anchorHigh + carry;
  }
}

/** A whole number of nanoseconds from 0 to 2^53, whatever comes in. */
function positive(ns: number): number {
  return ns > 0 && ns < 2 ** 53 ? Math.round(ns) : 0;
}

function atMost(code: number, last: number): number {
  return code <= last ? code : 0;
}

function setHex(column: TextColumn, row: number, bytes: Uint8Array): void {
  const from = column.length;
  const target = column.reserve(bytes.length * 2);
  for (const byte of bytes) {
    target[column.length++] = HEX.charCodeAt(byte >> 4);
    target[column.length++] = HEX.charCodeAt(byte & 15);
  }
  column.close(row, from);
}
