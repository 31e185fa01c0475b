/**
 * A run with everything that makes exports difficult: calls beside each other
 * and detached ones, threads and processes, what takes no time or never ends,
 * clocks that differ, and names that are somebody's syntax.
 *
 * @module
 */
import { HOSTILE_NAME } from "./page_fixture.ts";
import type { EventFixture, RunFixture, SpanFixture } from "./recording_fixture.ts";

const US = 1_000;

/** Id of a trace that came in from elsewhere. */
export const FOREIGN_TRACE = "0af7651916cd43dd8448eb211c80319c";

/** Names that mean something to those who read them. */
export const HOSTILE_NAMES = [
  HOSTILE_NAME,
  "a;b;c 12",
  "line\nbreak\r\n\tand tab",
  "# comment 3",
  "=1+HYPERLINK(0)",
  '"quoted", and; more',
  "%s ${x} {0} \\",
  "__proto__",
  "constructor",
  "123",
  " spaced out ",
  "\ufeffbom \u0085\u2029",
  "🦦".repeat(3),
  "long ".repeat(2_000),
  "",
];

/** Spans, their parents before them. */
export function difficultRun(run: RunFixture["run"] = {}): RunFixture {
  const spans: SpanFixture[] = [];
  const events: EventFixture[] = [];
  const add = (span: SpanFixture) => spans.push(span);
  for (let i = 0; i < 40; i++) {
    const startNs = (i * 30 + 1) * US + i % 7;
    const traceId = spans.length + 1;
    const root = add({
      name: `GET /${i % 3}`,
      scope: "http.server",
      kind: "server",
      startNs,
      durationNs: 100 * US + i,
      selfNs: 10 * US,
      traceId,
      status: i % 9 === 0 ? "error" : "unset",
      ...i % 10 === 3 ? { w3cTraceId: FOREIGN_TRACE } : {},
      attributes: {
        "http.route": `/${i % 3}`,
        n: i,
        share: i / 3,
        list: ["x", 1, true],
        deep: { a: {} },
      },
    });
    const child = { traceId, parentId: root };
    const left = add({ ...child, name: "left", startNs: startNs + 5 * US, durationNs: 60 * US });
    add({ ...child, name: "right", startNs: startNs + 6 * US, durationNs: 70 * US });
    add({ ...child, parentId: left, name: "inner", startNs: startNs + 7 * US, durationNs: 1 });
    // Of no length, within each other.
    const empty = add({ ...child, name: "empty", startNs: startNs + 80 * US, durationNs: 0 });
    add({ ...child, parentId: empty, name: "emptier", startNs: startNs + 80 * US, durationNs: 0 });
    // Goes on when its caller has ended, and begins after it.
    add({ ...child, name: "outlives", startNs: startNs + 90 * US, durationNs: 50 * US });
    add({ ...child, name: "detached", startNs: startNs + 120 * US, durationNs: 9 * US });
    // Elsewhere.
    add({ ...child, name: "works", startNs: startNs + 10 * US, durationNs: 20 * US, threadId: 2 });
    const place = { processId: 2, threadId: 3 };
    add({ ...child, ...place, name: "asks", startNs: startNs + 11 * US, durationNs: 30 * US });
    events.push({
      spanId: root,
      name: "exception",
      timeNs: startNs + 50 * US,
      attributes: { a: 1 },
    });
  }
  for (const [i, name] of HOSTILE_NAMES.entries()) {
    add({
      name,
      startNs: (2_000 + i * 10) * US,
      durationNs: 7 * US + i,
      traceId: spans.length + 1,
      attributes: { [name]: name },
    });
  }
  events.push({ spanId: spans.length, name: HOSTILE_NAME, timeNs: 2_300 * US });
  // One begins when the other ends, which is another moment for who adds up microseconds.
  for (const startNs of [2_500_007, 2_500_007 + 101_472]) {
    add({ name: "next", startNs, durationNs: 101_472, traceId: spans.length + 1 });
  }
  // Its clock is behind that of the run.
  add({
    name: "early",
    startNs: -3 * US,
    durationNs: 2 * US,
    processId: 2,
    threadId: 3,
    traceId: 1,
  });
  add({ name: "never ends", startNs: 1_900 * US, durationNs: null, traceId: spans.length + 1 });
  add({
    name: "nor does this",
    startNs: 1_950 * US,
    durationNs: null,
    parentId: spans.length,
    traceId: spans.length,
  });
  const thread = { parentProcessId: undefined, kind: "worker" as const };
  return {
    spans,
    events,
    run: { command: "app.ts", args: [HOSTILE_NAME], ...run },
    threads: [
      { ...thread, processId: 1, threadId: 1, pid: 501, name: "main", kind: "main" },
      { ...thread, processId: 1, threadId: 2, pid: 501, name: HOSTILE_NAME },
      {
        ...thread,
        processId: 2,
        threadId: 3,
        pid: 502,
        name: "main",
        kind: "main",
        parentProcessId: 1,
      },
    ],
  };
}
