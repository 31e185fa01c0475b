/**
 * A recording with something of everything that the report's page shows.
 *
 * @module
 */
import type { RunFixture, SpanFixture } from "./recording_fixture.ts";

/** A name that would be a script, end an element or turn the text around. */
export const HOSTILE_NAME =
  '</script><script>alert(1)</script><img src=x onerror="alert(2)">\u202egnp.exe\u2028\u001b[2J\0&amp;';

const MS = 1_000_000;

/** Requests, each with two queries beside each other and a computation; some fail. */
export function shopRun(run: RunFixture["run"] = {}, slower = 1): RunFixture {
  const spans: SpanFixture[] = [];
  for (let i = 0; i < 300; i++) {
    const traceId = spans.length + 1;
    const startNs = i * 6 * MS;
    const durationNs = Math.round((2 + i % 20) * slower * MS) + i;
    const request = spans.push({
      name: "GET /users/:id",
      scope: "http.server",
      kind: "server",
      startNs,
      durationNs,
      selfNs: Math.round(durationNs / 4),
      traceId,
      status: i % 50 === 0 ? "error" : "unset",
      attributes: { "http.response.status_code": i % 50 === 0 ? 500 : 200, "user.id": `u${i}` },
    });
    const child = { traceId, parentId: request };
    const queryNs = Math.round(durationNs / 2);
    const query = { ...child, scope: "db", kind: "client", durationNs: queryNs };
    spans.push({ ...query, name: "SELECT users", startNs: startNs + 1000 });
    // Begins while the first one runs.
    spans.push({ ...query, name: "SELECT orders", startNs: startNs + 2000 });
    spans.push({
      ...child,
      name: "render",
      scope: "function",
      startNs: startNs + queryNs + 5000,
      durationNs: Math.round(durationNs / 8),
    });
  }
  const last = spans.length;
  spans.push({
    name: HOSTILE_NAME,
    scope: "manual",
    durationNs: 5 * MS,
    startNs: 100 * MS,
    traceId: last + 1,
    attributes: { [HOSTILE_NAME]: HOSTILE_NAME },
  });
  spans.push({ name: "", durationNs: 1000, startNs: 200 * MS, traceId: last + 2 });
  spans.push({ name: "waits", durationNs: null, startNs: 300 * MS, traceId: last + 3 });
  return {
    spans,
    run: { runId: "run-1", command: `app.ts`, args: [HOSTILE_NAME], ...run },
    losses: [{ reason: "ring_full", count: 3 }],
    events: [{
      spanId: last + 1,
      name: "exception",
      timeNs: 101 * MS,
      attributes: { "exception.message": HOSTILE_NAME },
    }],
    sources: [{ name: "render", file: "src/render.ts", line: 12 }],
    metrics: Array.from({ length: 40 }, (_, i) => [
      { name: "nodejs.eventloop.delay", timeNs: i * 50 * MS, value: 0.001 * (i % 7) },
      { name: "process.memory.usage", timeNs: i * 50 * MS, value: 50e6 + i * 1e6 },
      { name: "process.cpu.time", timeNs: i * 50 * MS, value: i * 0.02 },
    ]).flat(),
    threads: [{
      processId: 1,
      parentProcessId: undefined,
      threadId: 1,
      pid: 4711,
      name: HOSTILE_NAME,
      kind: "worker",
    }],
  };
}
