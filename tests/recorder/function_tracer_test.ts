/** What instrumented functions call, called by hand as the transform writes it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ringSizes } from "../../src/ring/layout.ts";
import { Recording } from "../helpers/recording.ts";
import type { SpanRecord } from "../helpers/ring_records.ts";

const recording = new Recording({ sizes: ringSizes(1 << 23) });
const { tracer: F, tracing } = recording;
const ids = Object.fromEntries(
  ["outer", "inner", "leaf"].map((name) => [name, F.defineFunction(name, "file.ts", 1, 1)]),
) as Record<"outer" | "inner" | "leaf", number>;

/** `name<parent` of each span, in the order of their ends. */
function tree(spans: SpanRecord[] = recording.readSpans()): string[] {
  return spans.map(({ name, parentName }) => `${name}<${parentName}`);
}

function leaf(): number {
  const $f = F.b(ids.leaf);
  try {
    return 1;
  } finally {
    F.e($f);
  }
}

async function inner(): Promise<number> {
  const $f = F.b(ids.inner);
  try {
    F.w($f, await F.s($f, null));
    const one = leaf();
    F.w($f, await F.s($f, new Promise((resolve) => setTimeout(resolve, 1))));
    return one + leaf();
  } catch (error) {
    F.f($f, F.w($f, error));
    throw error;
  } finally {
    F.w($f);
    F.e($f);
  }
}

async function outer(): Promise<number> {
  const $f = F.b(ids.outer);
  try {
    const first = F.w($f, await F.s($f, inner()))!;
    return first + F.w($f, await F.s($f, inner()))! + leaf();
  } finally {
    F.w($f);
    F.e($f);
  }
}

test("defineFunction() says where a function is", () => {
  const records = recording.read();
  assert.deepEqual(
    records,
    ["outer", "inner", "leaf"].map((name) => {
      return { type: "source", name, file: "file.ts", line: 1, column: 1 };
    }),
  );
});

test("a thousand calls of asynchronous functions at once have the right parents", async () => {
  const results = await Promise.all(Array.from({ length: 1_000 }, outer));
  assert.deepEqual(new Set(results), new Set([5]));
  assert.equal(tracing.currentSpan(), undefined);
  const spans = recording.readSpans();
  assert.equal(spans.length, 8_000);
  const byId = new Map(spans.map((span) => [span.id, span]));
  const expected: Record<string, string[]> = {
    outer: [],
    inner: ["outer"],
    leaf: ["inner", "outer"],
  };
  const children = new Map<number, number>();
  for (const span of spans) {
    const parent = byId.get(span.parentId);
    if (span.name === "outer") assert.equal(span.parentId, 0);
    else assert.ok(expected[span.name]!.includes(parent!.name));
    if (parent !== undefined) assert.equal(span.traceId, parent.traceId);
    children.set(span.parentId, (children.get(span.parentId) ?? 0) + 1);
  }
  for (const span of spans) {
    const count = { outer: 3, inner: 2, leaf: 0 }[span.name];
    assert.equal(children.get(span.id) ?? 0, count);
  }
  recording.assertBalanced();
});

test("e() ends a span once, whoever ended it before", () => {
  const span = F.b(ids.outer);
  tracing.currentSpan()!.end();
  leaf();
  F.e(span);
  F.e(span);
  assert.equal(tracing.currentSpan(), undefined);
  assert.deepEqual(tree(), ["outer<", "leaf<outer"]);
  recording.assertBalanced();
});

test("a span that is ended from another task does not take that task's context along", async () => {
  let end = (): void => {};
  const first = tracing.span("first", async () => {
    const span = tracing.currentSpan()!;
    end = () => span.end();
    await new Promise((resolve) => setTimeout(resolve, 5));
  });
  tracing.span("second", (second) => {
    end();
    assert.equal(tracing.currentSpan(), second);
  });
  await first;
  assert.deepEqual(tree(), ["first<", "second<"]);
  recording.assertBalanced();
});

test("rt() ends the span when the returned promise settles", async () => {
  const deferred = (value: unknown): unknown => {
    const $f = F.b(ids.outer);
    try {
      return F.rt($f, value);
    } finally {
      F.e($f);
    }
  };
  const promise = new Promise((resolve) => setTimeout(resolve, 2));
  assert.equal(deferred(promise), promise);
  recording.assertBalanced(1);
  await promise;
  await null;
  assert.equal(recording.readSpan().status, "unset");
  const failing = Promise.reject(new Error("later"));
  failing.catch(() => {});
  deferred(failing);
  await null;
  assert.equal(recording.readSpan().status, "error");

  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  for (const value of [undefined, null, 1, "text", {}, new Proxy(promise, {})]) {
    assert.equal(deferred(value), value);
  }
  await assert.rejects(async () => await deferred(proxy), TypeError);
  assert.equal(tracing.currentSpan(), undefined);
});

test("a generator that is left alone stays open, and is nobody's current span", () => {
  recording.read();
  function* numbers(): Generator<number, void> {
    const $f = F.g(ids.inner);
    try {
      F.q($f, yield F.p($f, leaf()));
      F.q($f, yield F.p($f, leaf()));
    } finally {
      F.q($f, undefined);
      F.e($f);
    }
  }
  const openBefore = recording.reader.consumer.openSpans().length;
  const outerSpan = F.b(ids.outer);
  const complete = [...numbers()];
  const abandoned = numbers();
  abandoned.next();
  leaf();
  F.e(outerSpan);
  assert.equal(tracing.currentSpan(), undefined);
  assert.deepEqual(complete, [1, 1]);
  assert.deepEqual(tree(), [
    "leaf<inner",
    "leaf<inner",
    "inner<outer",
    "leaf<inner",
    "leaf<outer",
    "outer<",
  ]);
  assert.equal(recording.reader.consumer.openSpans().length, openBefore + 1);
  abandoned.return();
  assert.deepEqual(tree(), ["inner<outer"]);
});
