import assert from "node:assert/strict";
import { test } from "node:test";
import { groupLabels } from "../../src/analysis/span_groups.ts";
import type { RecordedThread } from "../../src/model/span_reader.ts";

const MAIN: RecordedThread = {
  processId: 0,
  parentProcessId: undefined,
  threadId: 0,
  pid: 4711,
  name: "main",
  kind: "main",
};
const WORKER: RecordedThread = { ...MAIN, threadId: 3, name: "resize", kind: "worker" };
const CHILD: RecordedThread = { ...MAIN, processId: 1, parentProcessId: 0, threadId: 4, pid: 4712 };

test("groupLabels() names threads and processes as people know them", () => {
  const labels = (column: "thread" | "process", threads: RecordedThread[], numbers: string[]) =>
    numbers.map(groupLabels({ kind: "column", column }, threads));
  assert.deepEqual(labels("thread", [MAIN, WORKER], ["0", "3"]), ["main", "worker 3 (resize)"]);
  assert.deepEqual(labels("thread", [MAIN, CHILD], ["0", "4", "9", ""]), [
    "main of process 4711",
    "main of process 4712",
    "9",
    "(none)",
  ]);
  assert.deepEqual(labels("process", [MAIN, WORKER, CHILD], ["0", "1", "7"]), [
    "process 4711",
    "process 4712",
    "7",
  ]);
});
