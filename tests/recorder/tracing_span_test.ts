/** `span()` and `startSpan()`: what comes back is what the function returned or threw. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActiveSpan, SpanOptions } from "../../src/recorder/tracing.ts";
import { Recording } from "../helpers/recording.ts";
import type { EventRecord } from "../helpers/ring_records.ts";

const recording = new Recording();
const { tracing } = recording;

test("span() returns what the function returns, and passes it the span", () => {
  const object = { a: 1 };
  const fn = (): void => {};
  for (const value of [undefined, null, 0, "", "text", NaN, 1n, Symbol.iterator, object, fn, []]) {
    assert.ok(Object.is(tracing.span("value", () => value), value));
    assert.ok(Object.is(tracing.span("value", {}, () => value), value));
  }
  assert.equal(
    tracing.span("nested", (outer) => tracing.span("in", () => outer.isRecording)),
    true,
  );
  recording.read();
  recording.assertBalanced();
});

test("span() takes kind, attributes and parent", () => {
  const root = tracing.startSpan("root");
  tracing.span("child", { kind: "client", attributes: { a: 1 }, parent: root }, (span) => {
    span.setAttribute("b", [2]);
    tracing.span("alone", { parent: null }, () => {});
  });
  root.end();
  const [alone, child, last] = recording.readSpans();
  assert.deepEqual({ ...child!.attributes }, { a: 1, b: [2] });
  assert.equal(child!.kind, "client");
  assert.equal(child!.scope, "manual");
  assert.equal(child!.parentName, "root");
  assert.equal(child!.parentId, last!.id);
  assert.equal(alone!.parentId, 0);
  assert.equal(alone!.traceId, alone!.id);
  recording.assertBalanced();
});

test("span() throws the error itself and keeps it, once for all spans it goes through", () => {
  class QuotaError extends RangeError {}
  const error = new QuotaError("over");
  assert.throws(() =>
    tracing.span("outer", () =>
      tracing.span("inner", () => {
        throw error;
      })), (thrown) => thrown === error);
  const records = recording.read();
  const events = records.filter((record): record is EventRecord => record.type === "event");
  const spans = records.filter((record) => record.type === "span");
  assert.deepEqual(spans.map(({ name, status }) => [name, status]), [
    ["inner", "error"],
    ["outer", "error"],
  ]);
  assert.equal(events.length, 1);
  assert.equal(events[0]!.spanId, spans[0]!.id);
  assert.equal(events[0]!.name, "exception");
  assert.equal(events[0]!.attributes["exception.type"], "QuotaError");
  assert.equal(events[0]!.attributes["exception.message"], "over");
  assert.equal(spans[0]!.attributes["error.type"], "QuotaError");
  assert.equal(tracing.currentSpan(), undefined);
  recording.assertBalanced();
});

test("span() throws anything a program may throw", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const frozen = Object.freeze(new Error("frozen"));
  const getter = Object.defineProperty({}, "message", {
    get() {
      throw new Error("getter");
    },
  });
  for (const thrown of [undefined, null, 0, "text", Symbol("s"), proxy, frozen, getter, () => {}]) {
    let caught: unknown = "nothing";
    try {
      tracing.span("throws", () => {
        throw thrown;
      });
    } catch (error) {
      caught = error;
    }
    assert.ok(Object.is(caught, thrown));
    assert.equal(recording.readSpan().status, "error");
  }
  recording.assertBalanced();
});

test("span() ends with the promise that its function returns", async () => {
  let finish = (_value: string): void => {};
  const promise = tracing.span("async", () => new Promise<string>((resolve) => finish = resolve));
  assert.equal(recording.readSpans().length, 0);
  recording.assertBalanced(1);
  assert.equal(tracing.currentSpan(), undefined);
  finish("value");
  assert.equal(await promise, "value");
  assert.equal(recording.readSpan().status, "unset");

  const error = new Error("later");
  await assert.rejects(
    tracing.span("rejects", async () => {
      await null;
      throw error;
    }),
    (reason) => reason === error,
  );
  assert.equal(recording.readSpan().status, "error");
  recording.assertBalanced();
});

test("a thenable is returned itself, asked as often as the program asks, and ends the span", async () => {
  const calls: string[] = [];
  class Query {
    text = "select";
    then(onValue: (rows: string[]) => unknown, onError?: (error: unknown) => unknown): unknown {
      calls.push(this.text);
      return Promise.resolve(["row"]).then(onValue, onError);
    }
    where(): this {
      this.text += " where";
      return this;
    }
  }
  const query = new Query();
  const returned = tracing.span("query", () => query);
  assert.equal(returned, query);
  recording.assertBalanced(1);
  assert.deepEqual(await returned.where(), ["row"]);
  assert.deepEqual(calls, ["select where"]);
  assert.deepEqual(Object.keys(query), ["text"]);
  assert.equal(recording.readSpan().name, "query");
  assert.deepEqual(await returned, ["row"]);
  assert.equal(calls.length, 2);

  const error = new Error("no table");
  const failing: PromiseLike<never> = {
    then: (_onValue, onError) => Promise.reject(error).then(undefined, onError),
  };
  await assert.rejects(async () => await tracing.span("failing", () => failing), error);
  assert.equal(recording.readSpan().status, "error");
  recording.assertBalanced();
});

test("thenables of other kinds end their span too", async () => {
  class Own<T> extends Promise<T> {}
  const own = tracing.span("subclass", () => Own.resolve(1));
  assert.ok(own instanceof Own);
  assert.equal(await own, 1);
  const frozen = Object.freeze({ then: (onValue: (value: number) => void) => onValue(2) });
  assert.equal(await tracing.span("frozen", () => frozen), 2);
  const hostile = {
    get then(): never {
      throw new Error("then");
    },
  };
  assert.equal(tracing.span("hostile", () => hostile), hostile);
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  assert.equal(tracing.span("revoked", () => proxy), proxy);
  const guarded = new Proxy(Promise.resolve(3), {});
  assert.equal(tracing.span("proxy of a promise", () => guarded), guarded);
  assert.throws(() => void guarded.then(() => {}), TypeError);
  assert.deepEqual(
    recording.readSpans().map(({ name }) => name).sort(),
    ["frozen", "hostile", "proxy of a promise", "revoked", "subclass"],
  );
  recording.assertBalanced();
});

test("options and spans of any kind are survived", () => {
  const foreign = [{}, 1, "parent", NaN, { id: 5, slot: 0, nameId: 3, traceId: 9 }];
  for (const parent of foreign) {
    tracing.startSpan("foreign", { parent: parent as unknown as ActiveSpan }).end();
    assert.equal(recording.readSpan().parentId, 0);
  }
  for (const options of [undefined, null, 1, {}, { kind: "no such", attributes: 3 }]) {
    tracing.startSpan("options", options as SpanOptions).end();
    assert.equal(recording.readSpan().kind, "internal");
  }
  const span = tracing.startSpan("methods");
  span.setStatus("ok", "message").setStatus("error", undefined).setStatus(3 as unknown as "ok");
  span.addEvent(undefined as unknown as string, null as unknown as undefined);
  span.recordException(Object.create(null)).end();
  recording.read();
  recording.assertBalanced();
});
