/** Names that a program makes at run time: any number of them, of any length. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MAX_COMPUTED_NAMES } from "../../src/recorder/string_table.ts";
import { ringSizes } from "../../src/ring/layout.ts";
import { Recording } from "../helpers/recording.ts";

test("the 4,096th computed name gets a number, and later ones travel inline", () => {
  const recording = new Recording({ sizes: ringSizes(1 << 22) });
  const { tracing } = recording;
  for (let i = 0; i <= MAX_COMPUTED_NAMES; i++) tracing.span(`name ${i}`, () => {});
  for (let i = 0; i <= MAX_COMPUTED_NAMES; i++) tracing.startSpan(`name ${i}`).end();
  const spans = recording.readSpans();
  spans.forEach((span, index) => {
    const i = index % (MAX_COMPUTED_NAMES + 1);
    assert.equal(span.name, `name ${i}`);
    assert.equal(span.isInline, i === MAX_COMPUTED_NAMES);
  });
  recording.assertBalanced();
});

test("an inline name can be long, renamed, and a parent's", async () => {
  const recording = new Recording({ sizes: ringSizes(1 << 22) });
  const { tracing } = recording;
  for (let i = 0; i < MAX_COMPUTED_NAMES; i++) tracing.startSpan(`name ${i}`).end();
  recording.read();
  await tracing.span("€".repeat(1_000), async (span) => {
    await null;
    tracing.span("inner", () => {});
    span.setAttribute("a", 1);
  });
  const renamed = tracing.startSpan("first inline");
  renamed.updateName("name 5");
  renamed.end();
  const inlined = tracing.startSpan("name 6");
  inlined.updateName("second inline");
  inlined.end();
  const [inner, ...spans] = recording.readSpans();
  assert.equal(inner!.parentId, spans[0]!.id);
  assert.deepEqual(
    spans.map(({ name, isInline }) => [name.length > 100 ? name.length : name, isInline]),
    [[170, true], ["name 5", false], ["second inline", true]],
  );
  recording.assertBalanced();
});

test("a name of 10 MB is cut, with or without a number", () => {
  const recording = new Recording();
  const { tracing } = recording;
  const name = "n".repeat(10_000_000);
  tracing.span(name, () => {});
  tracing.span(name + "other end", () => {});
  const [first, second] = recording.readSpans();
  assert.equal(first!.name, "n".repeat(2_048));
  assert.equal(second!.name, first!.name);
  assert.ok(!first!.isInline);
  recording.assertBalanced();
});

test("anything can be a name", () => {
  const recording = new Recording();
  const { tracing } = recording;
  const hostile = {
    toString() {
      throw new Error("hostile");
    },
  };
  const names: unknown[] = ["", "a\0b", "\ud800", 42, null, undefined, Symbol("s"), hostile, {}];
  for (const name of names) {
    assert.equal(tracing.span(name as string, () => "result"), "result");
    tracing.startSpan(name as string).updateName(name as string).end();
  }
  const expected = [
    "",
    "a\0b",
    "\ufffd",
    "42",
    "null",
    "undefined",
    "Symbol(s)",
    "",
    "[object Object]",
  ];
  assert.deepEqual(
    recording.readSpans().map((span) => span.name),
    expected.flatMap((name) => [name, name]),
  );
  recording.assertBalanced();
});
