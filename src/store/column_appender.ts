/**
 * Appends a batch's spans to a DuckDB table by copying memory, one call for a
 * column and 2,048 rows.
 *
 * Texts are not handed over one by one either. DuckDB's string in memory is 16
 * bytes (the layout is part of its C API): the length, then the text itself if
 * it has at most 12 bytes, else its first 4 bytes and a pointer. All texts of a
 * batch go into DuckDB's memory in one piece, and rows are filled with such 16
 * bytes: copied from a table for names, computed for attributes.
 *
 * @module
 */
import type { DuckDBConnection } from "@duckdb/node-api";
import type * as Bindings from "@duckdb/node-bindings";
import { KINDS, SCOPES, STATUS_UNFINISHED, STATUSES } from "../model/span.ts";
import { type Batch, type SpanColumns, type TextColumn } from "./batch.ts";
import { duckdb, nativeConnection, VECTOR_ROWS } from "./duckdb_api.ts";

/** Bytes of the longest text that needs no pointer. */
const MAX_INLINED_BYTES = 12;
/** int32 words of a string in DuckDB's memory. */
const STRING_WORDS = 4;

/** Appends the spans of one run to `spans`, created by `createRunTables`. */
export class ColumnAppender {
  readonly #connection: DuckDBConnection;
  readonly #chunk: Bindings.DataChunk;
  readonly #names = new NameStrings();
  readonly #strings = new Int32Array(VECTOR_ROWS * STRING_WORDS);
  readonly #validity = new Uint8Array(VECTOR_ROWS / 8);
  readonly #zeros = new Uint8Array(VECTOR_ROWS);

  constructor(connection: DuckDBConnection, runId: string) {
    this.#connection = connection;
    const bigint = duckdb.create_logical_type(duckdb.Type.BIGINT);
    const integer = duckdb.create_logical_type(duckdb.Type.INTEGER);
    const varchar = duckdb.create_logical_type(duckdb.Type.VARCHAR);
    // The columns of `spans`, in their order.
    this.#chunk = duckdb.create_data_chunk([
      duckdb.create_enum_type([runId]),
      bigint,
      bigint,
      bigint,
      varchar,
      varchar,
      duckdb.create_enum_type(SCOPES),
      duckdb.create_enum_type(KINDS),
      bigint,
      bigint,
      bigint,
      duckdb.create_enum_type(STATUSES),
      integer,
      integer,
      varchar,
      varchar,
    ]);
  }

  /** Appends the spans of `batch`, in the transaction that the connection is in. */
  append(batch: Batch): void {
    const { spans } = batch;
    if (spans.count === 0) return;
    this.#names.update(batch.texts, batch.inlineTexts);
    const traceIds = holdText(spans.w3cTraceId);
    const attributes = holdText(spans.attributes);
    const native = nativeConnection(this.#connection);
    const appender = duckdb.appender_create(native, "main", "spans");
    try {
      for (let from = 0; from < spans.count; from += VECTOR_ROWS) {
        const rows = Math.min(VECTOR_ROWS, spans.count - from);
        duckdb.data_chunk_reset(this.#chunk);
        duckdb.data_chunk_set_size(this.#chunk, rows);
        this.#copyNumbers(spans, from, rows);
        this.#copyNames(4, spans.name, from, rows);
        this.#copyNames(5, spans.parentName, from, rows);
        this.#copyTexts(14, spans.w3cTraceId, traceIds, from, rows);
        this.#copyTexts(15, spans.attributes, attributes, from, rows);
        duckdb.append_data_chunk(appender, this.#chunk);
      }
      duckdb.appender_flush_sync(appender);
    } catch (error) {
      // Closing would flush what is left of a batch that failed.
      duckdb.appender_clear(appender);
      throw error;
    } finally {
      duckdb.appender_close_sync(appender);
    }
  }

  #copyNumbers(spans: SpanColumns, from: number, rows: number): void {
    this.#copy(0, this.#zeros, 0, rows);
    this.#copy(1, spans.traceId, from * 2, rows * 2);
    this.#copy(2, spans.spanId, from * 2, rows * 2);
    this.#copy(3, spans.parentId, from * 2, rows * 2);
    this.#copy(6, spans.scope, from, rows);
    this.#copy(7, spans.kind, from, rows);
    this.#copy(8, spans.startNs, from * 2, rows * 2);
    this.#copy(9, spans.durationNs, from * 2, rows * 2);
    this.#copy(10, spans.selfNs, from * 2, rows * 2);
    this.#copy(11, spans.status, from, rows);
    this.#copy(12, spans.process, from, rows);
    this.#copy(13, spans.thread, from, rows);

    const { parentId, status } = spans;
    const validity = this.#validity.fill(0);
    let unfinished = 0;
    for (let row = 0, i = from * 2; row < rows; row++, i += 2) {
      if ((parentId[i]! | parentId[i + 1]!) !== 0) validity[row >> 3]! |= 1 << (row & 7);
      if (status[from + row] === STATUS_UNFINISHED) unfinished++;
    }
    this.#setValidity(3);
    if (unfinished === 0) return;
    validity.fill(0);
    for (let row = 0; row < rows; row++) {
      if (status[from + row] !== STATUS_UNFINISHED) validity[row >> 3]! |= 1 << (row & 7);
    }
    this.#setValidity(9);
    this.#setValidity(10);
  }

  /** Fills a column from numbers of texts; NO_TEXT becomes NULL. */
  #copyNames(column: number, numbers: Int32Array, from: number, rows: number): void {
    const strings = this.#strings;
    const validity = this.#validity.fill(0);
    const { known, inline } = this.#names;
    for (let row = 0; row < rows; row++) {
      const number = numbers[from + row]!;
      if (number === -1) continue;
      const source = number >= 0 ? known : inline;
      const at = (number >= 0 ? number : -2 - number) * STRING_WORDS;
      const to = row * STRING_WORDS;
      strings[to] = source[at]!;
      strings[to + 1] = source[at + 1]!;
      strings[to + 2] = source[at + 2]!;
      strings[to + 3] = source[at + 3]!;
      validity[row >> 3]! |= 1 << (row & 7);
    }
    this.#copy(column, strings, 0, rows * STRING_WORDS);
    this.#setValidity(column);
  }

  /** Fills a column of texts that each row has for itself. */
  #copyTexts(
    column: number,
    texts: TextColumn,
    held: HeldText | undefined,
    from: number,
    rows: number,
  ): void {
    const strings = this.#strings;
    const validity = this.#validity.fill(0);
    if (held !== undefined) {
      const { bytes, start, size } = texts;
      for (let row = 0; row < rows; row++) {
        const length = size[from + row]!;
        if (length < 0) continue;
        putString(strings, row * STRING_WORDS, bytes, start[from + row]!, length, held);
        validity[row >> 3]! |= 1 << (row & 7);
      }
      this.#copy(column, strings, 0, rows * STRING_WORDS);
    }
    this.#setValidity(column);
  }

  #copy(
    column: number,
    source: Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>,
    from: number,
    elements: number,
  ): void {
    const width = source.BYTES_PER_ELEMENT;
    duckdb.copy_data_to_vector(
      duckdb.data_chunk_get_vector(this.#chunk, column),
      0,
      source.buffer,
      source.byteOffset + from * width,
      elements * width,
    );
  }

  #setValidity(column: number): void {
    const vector = duckdb.data_chunk_get_vector(this.#chunk, column);
    duckdb.vector_ensure_validity_writable(vector);
    const { buffer, byteLength } = this.#validity;
    duckdb.copy_data_to_vector_validity(vector, 0, buffer as ArrayBuffer, 0, byteLength);
  }
}

/** Names as DuckDB's strings, kept for the whole run. */
class NameStrings {
  known = new Int32Array(1024 * STRING_WORDS);
  /** Those of the batch alone. */
  inline = new Int32Array(0);
  #count = 0;
  /** What the pointers in `known` and `inline` point to must stay alive. */
  readonly #held: HeldText[] = [];
  #heldInline: HeldText | undefined;

  update(texts: string[], inlineTexts: string[]): void {
    if (texts.length > this.#count) {
      const added = texts.slice(this.#count);
      if (texts.length * STRING_WORDS > this.known.length) {
        const grown = new Int32Array(texts.length * 2 * STRING_WORDS);
        grown.set(this.known);
        this.known = grown;
      }
      const { words, held } = toStrings(added);
      this.known.set(words, this.#count * STRING_WORDS);
      this.#held.push(held);
      this.#count = texts.length;
    }
    if (inlineTexts.length > 0) {
      const { words, held } = toStrings(inlineTexts);
      this.inline = words;
      this.#heldInline = held;
    }
    void this.#heldInline;
  }
}

/** Text in DuckDB's memory: valid as long as the vector lives. */
interface HeldText {
  vector: Bindings.Vector;
  /** Address of its first byte. */
  low: number;
  high: number;
}

/** Copies `bytes` into DuckDB's memory. */
function hold(bytes: Uint8Array): HeldText {
  const vector = duckdb.create_vector(duckdb.create_logical_type(duckdb.Type.VARCHAR), 1);
  duckdb.vector_assign_string_element_len(vector, 0, bytes);
  const data = duckdb.vector_get_data(vector, 16);
  const words = new Int32Array(data.slice().buffer);
  return { vector, low: words[2]! >>> 0, high: words[3]! };
}

function holdText(texts: TextColumn): HeldText | undefined {
  if (texts.count === 0) return undefined;
  return hold(texts.bytes.subarray(0, Math.max(texts.length, MAX_INLINED_BYTES + 1)));
}

function toStrings(texts: string[]): { words: Int32Array<ArrayBuffer>; held: HeldText } {
  const encoder = new TextEncoder();
  const encoded = texts.map((text) => encoder.encode(text));
  const length = encoded.reduce((sum, bytes) => sum + bytes.length, 0);
  // Longer than any text without a pointer, or there would be no address to find.
  const all = new Uint8Array(length + MAX_INLINED_BYTES + 1);
  const starts: number[] = [];
  let end = 0;
  for (const bytes of encoded) {
    starts.push(end);
    all.set(bytes, end);
    end += bytes.length;
  }
  const held = hold(all);
  const words = new Int32Array(texts.length * STRING_WORDS);
  encoded.forEach((bytes, index) => {
    putString(words, index * STRING_WORDS, all, starts[index]!, bytes.length, held);
  });
  return { words, held };
}

/** Writes the 16 bytes of a string that lies at `start` of `bytes`, of which `held` is a copy. */
function putString(
  words: Int32Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  length: number,
  held: HeldText,
): void {
  words[at] = length;
  if (length <= MAX_INLINED_BYTES) {
    words[at + 1] = littleEndian(bytes, start, Math.min(length, 4));
    words[at + 2] = littleEndian(bytes, start + 4, Math.min(length - 4, 4));
    words[at + 3] = littleEndian(bytes, start + 8, Math.min(length - 8, 4));
    return;
  }
  words[at + 1] = littleEndian(bytes, start, 4);
  const low = held.low + start;
  words[at + 2] = low | 0;
  words[at + 3] = low >= 4294967296 ? held.high + 1 : held.high;
}

function littleEndian(bytes: Uint8Array, start: number, count: number): number {
  let word = 0;
  for (let i = 0; i < count; i++) word |= bytes[start + i]! << (i * 8);
  return word;
}
