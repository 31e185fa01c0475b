/**
 * Stores a run that ferret did not record, in the same way as one that it did:
 * as a partial that then joins its recording.
 *
 * @module
 */
import type { RunEnd, RunInfo } from "../model/run_info.ts";
import { KINDS, SCOPES, STATUSES } from "../model/span.ts";
import { Batch, NO_TEXT, setInt64 } from "./batch.ts";
import { joinRecording, openStore } from "./open_store.ts";
import { partialPath } from "./partial.ts";
import type { ThreadRow } from "./run_store.ts";

/** A span to be stored. */
export interface StoredSpan {
  spanId: number;
  traceId: number;
  /** 0: none. */
  parentId: number;
  parentName: string | undefined;
  name: string;
  scope: string;
  kind: string;
  status: string;
  startUnixNs: bigint;
  /** Undefined: it never ended. */
  durationNs: number | undefined;
  selfNs: number;
  processId: number;
  threadId: number;
  w3cTraceId: string | undefined;
  /** JSON. */
  attributes: string | undefined;
  events: readonly { name: string; timeUnixNs: bigint; attributes: string | undefined }[];
}

/** A run from elsewhere. */
export interface ForeignRun {
  /** The recording that it is for. */
  out: string;
  run: RunInfo;
  end: RunEnd;
  spans: Iterable<StoredSpan>;
  threads: ThreadRow[];
  owner: { pid: number; startTime: number };
}

/** @returns The number of the run in its recording. @throws {OutputError} */
export async function storeForeignRun(foreign: ForeignRun): Promise<number> {
  const { out, run, owner } = foreign;
  const state = { run, out, ownerPid: owner.pid, ownerStart: owner.startTime, rings: [] };
  const store = await openStore(state);
  const texts = new TextTable();
  const batch = new Batch(texts.texts);
  let stored = 0;
  let unfinished = 0;
  try {
    for (const span of foreign.spans) {
      addSpan(batch, span, texts);
      stored++;
      if (span.durationNs === undefined) unfinished++;
      if (!batch.isFull) continue;
      await store.commit(batch);
      batch.clear();
    }
    if (!batch.isEmpty) await store.commit(batch);
    await store.finish({
      run,
      end: foreign.end,
      ledger: {
        issued: stored,
        stored,
        lost: 0,
        sampledOut: 0,
        belowMinimum: 0,
        unfinished,
        byReason: {},
      },
      threads: foreign.threads,
      losses: [],
      spanCostNs: 0,
      traces: { decided: 0, taken: 0 },
    });
  } catch (error) {
    store.close();
    throw error;
  }
  return await joinRecording(partialPath(out, run.runId), out);
}

function addSpan(batch: Batch, span: StoredSpan, texts: TextTable): void {
  const { spans } = batch;
  const row = spans.count++;
  setInt64(spans.spanId, row, span.spanId);
  setInt64(spans.traceId, row, span.traceId);
  setInt64(spans.parentId, row, span.parentId);
  spans.startNs[row * 2] = Number(BigInt.asIntN(32, span.startUnixNs));
  spans.startNs[row * 2 + 1] = Number(BigInt.asIntN(32, span.startUnixNs >> 32n));
  setInt64(spans.durationNs, row, span.durationNs ?? 0);
  setInt64(spans.selfNs, row, span.selfNs);
  spans.name[row] = texts.numberOf(span.name);
  spans.parentName[row] = span.parentName === undefined ? NO_TEXT : texts.numberOf(span.parentName);
  spans.scope[row] = codeOf(SCOPES, span.scope);
  spans.kind[row] = codeOf(KINDS, span.kind);
  spans.status[row] = codeOf(STATUSES, span.durationNs === undefined ? "unfinished" : span.status);
  spans.process[row] = span.processId;
  spans.thread[row] = span.threadId;
  if (span.w3cTraceId !== undefined) spans.w3cTraceId.set(row, span.w3cTraceId);
  if (span.attributes !== undefined) spans.attributes.set(row, span.attributes);
  for (const { name, timeUnixNs, attributes } of span.events) {
    batch.events.push({ spanId: span.spanId, timeNs: timeUnixNs, name, attributes });
  }
}

/** What ferret has no word for is the first of them. */
function codeOf(words: readonly string[], word: string): number {
  return Math.max(0, words.indexOf(word));
}

/** Gives equal texts one number. */
class TextTable {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    const wellFormed = text.toWellFormed();
    let number = this.#numbers.get(wellFormed);
    if (number === undefined) {
      number = this.texts.push(wellFormed) - 1;
      this.#numbers.set(wellFormed, number);
    }
    return number;
  }
}
