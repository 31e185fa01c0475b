/**
 * Records that are no spans and belong to none: values of metrics, and what
 * became of a hook. Without room in the ring they are dropped and counted, as
 * events are.
 *
 * @module
 */
import { HOOK_STATES, type HookState } from "../model/hook_state.ts";
import {
  F_DROPPED_EVENTS,
  HOOK_HEADER_BYTES,
  METRIC_BYTES,
  RECORD_HOOK,
  RECORD_METRIC,
} from "../ring/layout.ts";
import type { RingProducer } from "../ring/producer.ts";
import type { StringTable } from "./string_table.ts";
import { truncateUtf8, utf8Length, writeUtf8 } from "./text.ts";

/** Longest reason that is kept. */
const MAX_REASON_BYTES = 512;

/** What such a record is written with. */
export interface RecordTarget {
  producer: RingProducer;
  strings: StringTable;
}

/** Records that the metric `name` had `value` at `timeNs`. */
export function writeMetric(
  target: RecordTarget,
  name: string,
  reading: { value: number; timeNs: number },
): void {
  const { f64, i32 } = target.producer.memory;
  const nameId = target.strings.intern(name);
  const at = reserve(target, nameId, METRIC_BYTES);
  if (at < 0) return;
  i32[at] = METRIC_BYTES;
  i32[at + 1] = RECORD_METRIC;
  i32[at + 2] = nameId;
  i32[at + 3] = 0;
  f64[(at >> 1) + 2] = reading.timeNs;
  f64[(at >> 1) + 3] = reading.value;
  target.producer.publish();
}

/** Records that the hook `name` is in a state from `timeNs` on. */
export function writeHook(
  target: RecordTarget,
  name: string,
  report: { state: HookState; reason: string | undefined; timeNs: number },
): void {
  const { f64, i32, u8 } = target.producer.memory;
  const nameId = target.strings.intern(name);
  const reason = truncateUtf8(report.reason ?? "", MAX_REASON_BYTES);
  const reasonBytes = utf8Length(reason);
  const bytes = HOOK_HEADER_BYTES + ((reasonBytes + 7) & ~7);
  const at = reserve(target, nameId, bytes);
  if (at < 0) return;
  i32[at] = bytes;
  i32[at + 1] = RECORD_HOOK;
  i32[at + 2] = nameId;
  i32[at + 3] = HOOK_STATES.indexOf(report.state);
  f64[(at >> 1) + 2] = report.timeNs;
  i32[at + 6] = reasonBytes;
  i32[at + 7] = 0;
  writeUtf8(u8, at * 4 + HOOK_HEADER_BYTES, reason, reasonBytes);
  target.producer.publish();
}

/** Room for a record about `nameId`, or -1. */
function reserve({ producer, strings }: RecordTarget, nameId: number, bytes: number): number {
  const isKnown = strings.sent[nameId] === 1 || strings.send(nameId);
  const at = isKnown ? producer.reserve(bytes) : -1;
  if (at < 0) producer.memory.f64[F_DROPPED_EVENTS]!++;
  return at;
}
