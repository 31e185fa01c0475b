/**
 * The rule of `--keep`, applied to batches before they are stored: a trace is
 * kept or thrown away when its root has ended. Until then its spans are stored
 * like any other, and deleted again if it comes to that: so they need neither
 * the writer's memory nor room in a ring, and whoever dies at whatever moment,
 * nothing is lost. Most traces are shorter than a batch, and what is not wanted
 * of those is never written.
 *
 * What comes after the decision follows it. A trace whose root never ends is
 * kept.
 *
 * @module
 */
import { matchesGlob, parseGlob } from "../model/glob.ts";
import type { KeepRule } from "../model/keep_rule.ts";
import { matchesKey, type Selector } from "../model/selector.ts";
import { SCOPES, STATUS_ERROR, STATUS_UNFINISHED } from "../model/span.ts";
import { type Batch, getInt64, type OmittedRow } from "../store/batch.ts";

/** Traces that may be undecided: 10 MB of them. Beyond, the oldest is decided as it is. */
const MAX_OPEN = 65_536;
/** Decisions that late spans find. */
const MAX_DECIDED = 131_072;
const SCOPES_ROOM = 16;

interface Trace {
  id: number;
  isWanted: boolean;
  /** Undefined until it is decided. */
  isKept: boolean | undefined;
  /** Whether the store has spans of it. */
  isStored: boolean;
  /** Unix time in ms of the earliest start and the latest end so far. */
  startMs: number;
  endMs: number;
}

export interface TraceKeeperOptions {
  rule: KeepRule;
  /** Traces that the store has undecided spans of: an earlier writer knew more of them. */
  kept: readonly number[];
  /** Traces that were thrown away, as far as they are known. */
  dropped: readonly number[];
  /** Default 65,536. */
  maxOpen?: number;
}

export class TraceKeeper {
  /** Spans thrown away that had not ended. */
  unfinished = 0;
  readonly #rule: KeepRule;
  readonly #maxOpen: number;
  /** In the order in which they were first seen. */
  readonly #open = new Map<number, Trace>();
  readonly #decided = new Map<number, Trace>();
  /** Selectors that match a name, by the number of its text and its scope. */
  readonly #matching = new Map<number, readonly Selector[]>();
  /** The trace of each row. */
  #traces: Trace[] = [];

  constructor(options: TraceKeeperOptions) {
    this.#rule = options.rule;
    this.#maxOpen = options.maxOpen ?? MAX_OPEN;
    for (const id of options.kept) this.#decide(newTrace(id, 0), true);
    for (const id of options.dropped) this.#decide(newTrace(id, 0), false);
  }

  /**
   * Decides about the traces that end in `batch`, takes out of it what is not
   * kept, and says what the store has to delete.
   */
  sift(batch: Batch): void {
    const { spans } = batch;
    const ended: Trace[] = [];
    for (let row = 0; row < spans.count; row++) {
      const trace = this.#look(batch, row);
      this.#traces[row] = trace;
      if (trace.isKept !== undefined || spans.status[row] === STATUS_UNFINISHED) continue;
      const isRoot = (spans.parentId[row * 2]! | spans.parentId[row * 2 + 1]!) === 0;
      if (isRoot) ended.push(trace);
      trace.isWanted ||= this.#isReason(batch, row, isRoot);
    }
    for (const trace of ended) this.#close(batch, trace, trace.isWanted);
    for (const trace of this.#open.values()) {
      if (this.#open.size <= this.#maxOpen) break;
      this.#close(
        batch,
        trace,
        trace.isWanted || this.#isSlow((trace.endMs - trace.startMs) * 1e6),
      );
    }
    this.#takeOut(batch);
    this.#traces = [];
  }

  #look(batch: Batch, row: number): Trace {
    const { spans } = batch;
    const id = getInt64(spans.traceId, row);
    const startMs = getInt64(spans.startNs, row) / 1e6;
    const last = this.#traces[row - 1];
    let trace = last?.id === id ? last : this.#open.get(id) ?? this.#decided.get(id);
    if (trace === undefined) {
      trace = newTrace(id, startMs);
      this.#open.set(id, trace);
    }
    if (startMs < trace.startMs) trace.startMs = startMs;
    const endMs = startMs + getInt64(spans.durationNs, row) / 1e6;
    if (endMs > trace.endMs) trace.endMs = endMs;
    return trace;
  }

  /** Whether the trace is to be kept for what this row says. */
  #isReason(batch: Batch, row: number, isRoot: boolean): boolean {
    const { spans } = batch;
    if (this.#rule.errors && spans.status[row] === STATUS_ERROR) return true;
    if (isRoot && this.#isSlow(getInt64(spans.durationNs, row))) return true;
    return this.#rule.names.length > 0 &&
      this.#selectorsOf(batch, row).some((selector) => hasAttributes(batch, row, selector));
  }

  #isSlow(ns: number): boolean {
    return this.#rule.slowNs !== undefined && ns >= this.#rule.slowNs;
  }

  #selectorsOf(batch: Batch, row: number): readonly Selector[] {
    const name = batch.spans.name[row]!;
    const key = name * SCOPES_ROOM + batch.spans.scope[row]!;
    let matching = name < 0 ? undefined : this.#matching.get(key);
    if (matching === undefined) {
      const span = keyOf(batch, row);
      matching = this.#rule.names.filter((selector) => matchesKey(selector, span));
      if (name >= 0) this.#matching.set(key, matching);
    }
    return matching;
  }

  #close(batch: Batch, trace: Trace, isKept: boolean): void {
    if (trace.isKept !== undefined) return;
    if (!isKept && trace.isStored) batch.droppedTraces.push(trace.id);
    this.#open.delete(trace.id);
    this.#decide(trace, isKept);
  }

  #decide(trace: Trace, isKept: boolean): void {
    trace.isKept = isKept;
    this.#decided.set(trace.id, trace);
    if (this.#decided.size > MAX_DECIDED) {
      this.#decided.delete(this.#decided.keys().next().value!);
    }
  }

  /** Removes the rows of traces that are thrown away, and counts them by name. */
  #takeOut(batch: Batch): void {
    const { spans } = batch;
    const counts = new Map<string, OmittedRow>();
    const isOut = (row: number) => {
      const trace = this.#traces[row]!;
      if (trace.isKept !== false) {
        trace.isStored = true;
        return false;
      }
      const { name, scope } = keyOf(batch, row);
      const place = `${scope}:${name}`;
      const sum = counts.get(place) ?? { name, scope, count: 0, totalNs: 0, errors: 0 };
      sum.count++;
      sum.totalNs += getInt64(spans.durationNs, row);
      if (spans.status[row] === STATUS_ERROR) sum.errors++;
      if (spans.status[row] === STATUS_UNFINISHED) this.unfinished++;
      counts.set(place, sum);
      return true;
    };
    spans.removeRows(isOut);
    batch.notKept.push(...counts.values());
  }
}

function newTrace(id: number, startMs: number): Trace {
  return {
    id,
    isWanted: false,
    isKept: undefined,
    isStored: false,
    startMs,
    endMs: startMs,
  };
}

function keyOf(batch: Batch, row: number): { name: string; scope: string } {
  const { name, scope } = batch.spans;
  return { name: batch.textOf(name[row]!) ?? "", scope: SCOPES[scope[row]!]! };
}

function hasAttributes(batch: Batch, row: number, { attributes: wanted }: Selector): boolean {
  if (wanted.length === 0) return true;
  const { bytes, start, size } = batch.spans.attributes;
  const length = size[row]!;
  if (length < 0) return false;
  const from = start[row]!;
  try {
    const found = JSON.parse(DECODER.decode(bytes.subarray(from, from + length)));
    return wanted.every(({ key, value }) =>
      Object.hasOwn(found, key) && matchesGlob(parseGlob(value), String(found[key]))
    );
  } catch {
    return false;
  }
}

const DECODER = new TextDecoder();
