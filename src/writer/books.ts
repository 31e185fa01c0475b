/**
 * The books of a run when it ends: every span that got an id is stored or
 * accounted for by a reason.
 *
 * @module
 */
import {
  type Ledger,
  LOSS_REASONS,
  type LossReason,
  type OmissionReason,
} from "../model/ledger.ts";
import {
  COUNTER_BYTES,
  countersByte,
  F_BELOW_MINIMUM,
  F_FIRST_DROP_NS,
  F_ISSUED,
  F_LAST_DROP_NS,
  F_RATE_LIMITED,
  F_SAMPLED,
  F_SPAN_COST_NS,
  F_TRACES,
  F_TRACES_TAKEN,
  H_NAME_BYTES,
  H_PARENT_PROCESS,
  H_PROCESS,
  H_PRODUCER_PID,
  H_THREAD,
  H_THREAD_KIND,
  MAX_NAME_BYTES,
  NAME_BYTE,
} from "../ring/layout.ts";
import type { RingMemory } from "../ring/memory.ts";
import type { OmittedRow } from "../store/batch.ts";
import type { LossRow, ThreadRow } from "../store/run_store.ts";
import type { RingDecoder } from "./ring_decoder.ts";

/** What the rings' counters say, and what became of it in the store. */
export interface Books {
  ledger: Ledger;
  losses: LossRow[];
  /** What does not add up: only ever a mistake of ferret's own. */
  problems: string[];
}

/** What became of the spans that came out of the rings. */
export interface StoredSpans {
  /** All that are in the store. */
  spans: number;
  /** Part of `spans`: those that had not ended. */
  unfinished: number;
  /** Those that could not be stored. */
  writerFailed: number;
  /** Part of `spans`: those of rings whose counters are gone. What else they held, nobody knows. */
  ofGoneRings?: number;
  /** Spans that were thrown away with their traces. */
  notKept?: readonly OmittedRow[];
}

/**
 * Computes the ledger.
 *
 * @param rings All rings of the run, drained.
 * @param stored Spans in the store.
 */
export function closeBooks(
  rings: readonly RingDecoder[],
  stored: StoredSpans,
): Books {
  const counts = new Map<LossReason | OmissionReason, number>();
  const add = (reason: LossReason | OmissionReason, count: number) => {
    if (count > 0) counts.set(reason, (counts.get(reason) ?? 0) + count);
  };
  let issued = stored.ofGoneRings ?? 0;
  let belowMinimum = 0;
  let sampledOut = 0;
  for (const { consumer } of rings) {
    issued += consumer.count(F_ISSUED);
    belowMinimum += consumer.count(F_BELOW_MINIMUM);
    sampledOut += consumer.count(F_SAMPLED) + consumer.count(F_RATE_LIMITED);
    add("below_minimum", consumer.count(F_BELOW_MINIMUM));
    add("sampled", consumer.count(F_SAMPLED));
    add("rate_limited", consumer.count(F_RATE_LIMITED));
    for (const [reason, count] of consumer.dropped()) add(reason, count);
  }
  const notKept = (stored.notKept ?? []).reduce((sum, { count }) => sum + count, 0);
  sampledOut += notKept;
  add("not_kept", notKept);
  add("writer_failed", stored.writerFailed);
  const sumLost = () => LOSS_REASONS.reduce((sum, reason) => sum + (counts.get(reason) ?? 0), 0);
  const problems: string[] = [];
  const missing = issued - stored.spans - belowMinimum - sampledOut - sumLost();
  if (missing < 0) {
    problems.push(
      `Cannot balance the ledger: ${-missing} more spans are accounted for than were issued`,
    );
  }
  // Taking an id and writing the record are not one instruction: a killed program
  // may have stopped between them, and spans beyond the table of open ones are not seen.
  add("cut_off", missing);
  const ledger: Ledger = {
    issued,
    stored: stored.spans,
    lost: sumLost(),
    sampledOut,
    belowMinimum,
    unfinished: stored.unfinished,
    byReason: Object.fromEntries(counts),
  };
  const losses = [...lossRows(rings, counts), ...(stored.notKept ?? []).map(toLoss)];
  return { ledger, losses, problems };
}

/** Rows of `losses`: one for each reason, and one for each name below the minimum. */
function lossRows(
  rings: readonly RingDecoder[],
  counts: Map<LossReason | OmissionReason, number>,
): LossRow[] {
  const rows = belowMinimumByName(rings);
  const named = rows.reduce((sum, row) => sum + row.count, 0);
  for (const [reason, count] of counts) {
    // One for each name.
    if (reason === "not_kept") continue;
    if (reason !== "below_minimum") {
      rows.push({ reason, count, ...(reason === "ring_full" ? dropTimes(rings) : {}) });
    } else if (count > named) {
      rows.push({ reason, count: count - named });
    }
  }
  return rows;
}

function toLoss(row: OmittedRow): LossRow {
  return { reason: "not_kept", ...row };
}

function belowMinimumByName(rings: readonly RingDecoder[]): LossRow[] {
  const byName = new Map<string, { count: number; totalNs: number }>();
  for (const ring of rings) {
    const { sizes } = ring.consumer.memory;
    const first = countersByte(sizes) / 8;
    for (let id = 0; id < sizes.counterCount; id++) {
      const at = first + id * (COUNTER_BYTES / 8);
      const count = ring.consumer.count(at);
      if (count === 0) continue;
      const name = ring.nameOf(id);
      const sum = byName.get(name) ?? { count: 0, totalNs: 0 };
      sum.count += count;
      sum.totalNs += ring.consumer.counter(at + 1);
      byName.set(name, sum);
    }
  }
  return [...byName].map(([name, sum]) => ({ reason: "below_minimum", name, ...sum }));
}

function dropTimes(rings: readonly RingDecoder[]): { firstNs?: bigint; lastNs?: bigint } {
  let firstNs: bigint | undefined;
  let lastNs: bigint | undefined;
  for (const ring of rings) {
    const first = ring.consumer.counter(F_FIRST_DROP_NS);
    const last = ring.consumer.counter(F_LAST_DROP_NS);
    if (first === 0 && last === 0) continue;
    if (firstNs === undefined || ring.unixNs(first) < firstNs) firstNs = ring.unixNs(first);
    if (lastNs === undefined || ring.unixNs(last) > lastNs) lastNs = ring.unixNs(last);
  }
  return firstNs === undefined || lastNs === undefined ? {} : { firstNs, lastNs };
}

/** Rows of `threads`: the rings that a program attached to. */
export function threadRows(rings: readonly RingDecoder[]): ThreadRow[] {
  const rows: ThreadRow[] = [];
  for (const ring of rings) {
    const { i32 } = ring.consumer.memory;
    // A spare ring that no thread has taken.
    if (i32[H_PRODUCER_PID] === 0 && ring.stored === 0) continue;
    const kind = i32[H_THREAD_KIND] === 1 ? "worker" : "main";
    const parent = i32[H_PARENT_PROCESS]!;
    rows.push({
      processId: i32[H_PROCESS]!,
      parentProcessId: parent < 0 ? undefined : parent,
      threadId: i32[H_THREAD]!,
      pid: i32[H_PRODUCER_PID]!,
      name: ring.withoutSecrets(threadName(ring.consumer.memory)) || kind,
      kind,
    });
  }
  return rows;
}

function threadName({ i32, u8 }: RingMemory): string {
  const bytes = Math.min(Math.max(0, i32[H_NAME_BYTES]!), MAX_NAME_BYTES);
  // Copied: TextDecoder takes no shared memory.
  return new TextDecoder().decode(u8.slice(NAME_BYTE, NAME_BYTE + bytes));
}

/** Traces that were decided about at their roots, and those of them that were taken. */
export function countTraces(rings: readonly RingDecoder[]): { decided: number; taken: number } {
  let decided = 0;
  let taken = 0;
  for (const { consumer } of rings) {
    decided += consumer.count(F_TRACES);
    taken += consumer.count(F_TRACES_TAKEN);
  }
  return { decided, taken };
}

/** Cost of a span in ns: that of the rings, weighted by their spans. 0 when not measured. */
export function spanCostNs(rings: readonly RingDecoder[]): number {
  let issued = 0;
  let cost = 0;
  for (const { consumer } of rings) {
    const costNs = consumer.counter(F_SPAN_COST_NS);
    if (costNs <= 0) continue;
    issued += Math.max(1, consumer.count(F_ISSUED));
    cost += costNs * Math.max(1, consumer.count(F_ISSUED));
  }
  return issued === 0 ? 0 : cost / issued;
}
