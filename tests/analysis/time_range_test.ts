import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTimeRange } from "../../src/analysis/time_range.ts";
import type { RecordedRun } from "../../src/model/span_reader.ts";

const RUN = {
  startedAtMs: Date.UTC(2026, 8, 21, 14, 13, 20),
  durationNs: 60e9,
} as RecordedRun;

test("parseTimeRange() counts from the start, from the end and by the clock", () => {
  const cases: [string, number][] = [
    ["10s", 10e9],
    ["0", 0],
    ["-5s", 55e9],
    ["-2m", 0],
    ["14:14", 40e9],
    ["14:13:20.5", 0.5e9],
    ["2026-09-21T14:13:30Z", 10e9],
    ["2026-09-21 14:13:30", 10e9],
    ["2026-09-21T16:13:30+02:00", 10e9],
  ];
  for (const [since, sinceNs] of cases) {
    assert.equal(parseTimeRange({ since }, RUN).sinceNs, sinceNs, since);
  }
  assert.deepEqual({ ...parseTimeRange({}, RUN) }, { sinceNs: undefined, untilNs: undefined });
});

test("parseTimeRange() says what it cannot find", () => {
  const cases: [{ since?: string; until?: string }, RecordedRun, RegExp][] = [
    [{ since: "5s", until: "5s" }, RUN, /it ends before it begins/],
    [{ since: "soon" }, RUN, /Cannot read duration "soon"/],
    [{ until: "2026-99-01" }, RUN, /Cannot read the time "2026-99-01"/],
    [{ since: "-1s" }, { ...RUN, durationNs: undefined }, /how long the run took is not known/],
    [{ since: "14:14" }, { ...RUN, startedAtMs: undefined }, /when the run started is not known/],
  ];
  for (const [range, run, message] of cases) {
    assert.throws(() => parseTimeRange(range, run), message);
  }
});
