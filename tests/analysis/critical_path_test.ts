import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { walkCriticalPath } from "../../src/analysis/critical_path.ts";
import { childrenOf, toTree } from "../../src/analysis/trace_tree.ts";
import { recordedSpans, type TraceRow } from "../helpers/trace_rows.ts";

function criticalTimes(rows: readonly TraceRow[]): Record<string, number> {
  const spans = recordedSpans(rows);
  const times: Record<string, number> = {};
  walkCriticalPath(toTree(spans[0]!, childrenOf(spans)), ({ name }, ownNs) => {
    times[name] = (times[name] ?? 0) + ownNs;
  });
  return times;
}

test("walkCriticalPath() follows what was waited for, from the end", () => {
  const cases: [string, TraceRow[], Record<string, number>][] = [
    ["nothing called", [["root", 0, 100]], { root: 100 }],
    [
      "one after the other",
      [["root", 0, 100], ["a", 10, 40, "root"], ["b", 50, 90, "root"]],
      { root: 30, a: 30, b: 40 },
    ],
    [
      "at the same time: only the last to end counts",
      [["root", 0, 100], ["a", 0, 60, "root"], ["b", 0, 100, "root"]],
      { b: 100 },
    ],
    [
      "overlapping: each up to where the next begins",
      [["root", 0, 100], ["a", 0, 60, "root"], ["b", 40, 100, "root"]],
      { a: 40, b: 60 },
    ],
    [
      "what goes on after its caller counts up to its end",
      [["root", 0, 100], ["late", 80, 500, "root"]],
      { root: 80, late: 20 },
    ],
    [
      "what a callback leaves behind is waited for by its caller",
      [
        ["root", 0, 100],
        ["callback", 10, 12, "root"],
        ["begin", 10, 11, "callback"],
        ["work", 11, 90, "begin"],
        ["query", 20, 80, "work"],
      ],
      { root: 20, begin: 1, work: 19, query: 60 },
    ],
    [
      "what never ends is waited for to the end",
      [["root", 0, 100], ["open", 30, undefined, "root"]],
      { root: 30, open: 70 },
    ],
    [
      "deeper",
      [["root", 0, 100], ["a", 0, 100, "root"], ["b", 20, 70, "a"], ["c", 30, 40, "b"]],
      { a: 50, b: 40, c: 10 },
    ],
  ];
  for (const [title, rows, times] of cases) assert.deepEqual(criticalTimes(rows), times, title);
  assert.deepEqual(criticalTimes([["open", 0, undefined]]), {});
});

test("walkCriticalPath() accounts for all of the root's time (property)", () => {
  const child = fc.record({
    parent: fc.nat(20),
    start: fc.nat(1000),
    length: fc.nat(500),
  });
  fc.assert(fc.property(fc.array(child, { maxLength: 30 }), (children) => {
    const rows: TraceRow[] = [["0", 0, 1000]];
    for (const { parent, start, length } of children) {
      const of = rows[parent % rows.length]!;
      const from = Math.max(of[1], start);
      rows.push([String(rows.length), from, from + length, of[0]]);
    }
    const sum = Object.values(criticalTimes(rows)).reduce((a, b) => a + b, 0);
    assert.equal(sum, 1000);
  }));
});
