import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TraceContext } from "../../src/hooks/trace_context.ts";
import { checkProperty } from "../helpers/properties.ts";
import { createTestRecorder } from "../helpers/test_recorder.ts";

const SEED = "fe44e7fe44e7fe44";
const FOREIGN = "0af7651916cd43dd8448eb211c80319c";
const PARENT = "b7ad6b7169203331";

const { recorder } = createTestRecorder();
const trace = new TraceContext(recorder, SEED);

test("TraceContext.read() finds the span of the same run in what headerOf() wrote (property)", () => {
  const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  checkProperty(fc.property(id, id, fc.boolean(), (traceId, spanId, isSampled) => {
    const header = `00-${SEED}${hex(traceId)}-${hex(spanId)}-${isSampled ? "01" : "00"}`;
    const { parent, foreignId, parentSampled } = trace.read(header, 3)!;
    assert.deepEqual([parent!.traceId, parent!.id, parent!.nameId], [
      traceId,
      spanId,
      3,
    ]);
    assert.equal(parent!.isSampled, isSampled);
    assert.equal(parent!.isRecording, false);
    assert.deepEqual([foreignId, parentSampled], [undefined, isSampled]);
  }));
  const root = recorder.startSpan("root");
  const child = recorder.startSpan("child", { parent: root });
  assert.equal(trace.continues(root), false);
  assert.equal(trace.continues(child), true);
  const { parent } = trace.read(trace.headerOf(child), 0)!;
  assert.deepEqual([parent!.traceId, parent!.id], [root.id, child.id]);
});

test("TraceContext.read() takes other programs' ids as they are", () => {
  const read = (header: string) => trace.read(header, 0);
  assert.deepEqual(read(`00-${FOREIGN}-${PARENT}-01`), {
    parent: undefined,
    foreignId: FOREIGN,
    parentSampled: true,
  });
  // The flags have other bits, and later versions more fields.
  assert.equal(read(`00-${FOREIGN}-${PARENT}-02`)!.parentSampled, false);
  assert.equal(
    read(`cc-${FOREIGN}-${PARENT}-03-what-the-future-brings`)!.parentSampled,
    true,
  );
});

test("TraceContext.read() reads nothing from what is no traceparent (property)", () => {
  for (
    const header of [
      "",
      `ff-${FOREIGN}-${PARENT}-01`,
      `00-${FOREIGN}-${PARENT}-01-more`,
      `00-${"0".repeat(32)}-${PARENT}-01`,
      `00-${FOREIGN}-${"0".repeat(16)}-01`,
      `00-${FOREIGN.toUpperCase()}-${PARENT}-01`,
      `00-${FOREIGN}-${PARENT}`,
      `00-${FOREIGN}-${PARENT}-1`,
      `00-${FOREIGN}-${PARENT}-01, 00-${FOREIGN}-${PARENT}-01`,
      // A number that no span has.
      `00-${SEED}${"f".repeat(16)}-${PARENT}-01`,
    ]
  ) assert.equal(trace.read(header, 0), undefined, header);
  checkProperty(fc.property(fc.string(), (header) => {
    assert.equal(trace.read(header, 0), undefined);
  }));
});

test("TraceContext.open() follows a foreign id until the root has ended", () => {
  const meta = recorder.metaOf(2, 1);
  const span = { nameId: 0, meta, parentNameId: 0 };
  const root = trace.open(`00-${FOREIGN}-${PARENT}-01`, span);
  const child = recorder.startSpan("child", { parent: root });
  assert.equal(trace.headerOf(child), `00-${FOREIGN}-${hex(child.id)}-01`);
  trace.forgetForeign(child);
  assert.ok(trace.headerOf(child).includes(FOREIGN));
  trace.forgetForeign(root);
  assert.equal(
    trace.headerOf(child),
    `00-${SEED}${hex(root.id)}-${hex(child.id)}-01`,
  );
  for (let i = 0; i < 5000; i++) trace.open(`00-${FOREIGN}-${PARENT}-01`, span);
  const last = trace.open(`00-${FOREIGN}-${PARENT}-01`, span);
  assert.ok(trace.headerOf(last).includes(FOREIGN));
});

function hex(id: number): string {
  return id.toString(16).padStart(16, "0");
}
