/** The API when nothing records: every call is the bare one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { NOOP_SPAN, NOOP_TRACING } from "../../src/recorder/noop_tracing.ts";
import type { ActiveSpan } from "../../src/recorder/tracing.ts";

test("NOOP_TRACING calls what it is given and returns it unchanged", () => {
  const promise = Promise.resolve(1);
  assert.equal(NOOP_TRACING.span("name", () => promise), promise);
  assert.equal(NOOP_TRACING.span("name", { kind: "client" }, (span) => span), NOOP_SPAN);
  const error = new Error("expected");
  assert.throws(() =>
    NOOP_TRACING.span("name", () => {
      throw error;
    }), (thrown) => thrown === error);
  const fn = (): void => {};
  assert.equal(NOOP_TRACING.wrap(fn, { name: "other" }), fn);
  assert.equal(NOOP_TRACING.currentSpan(), undefined);
});

test("NOOP_TRACING.traced() leaves methods alone, with decorators of both kinds", () => {
  const method = (): void => {};
  const standard = NOOP_TRACING.traced()(method, { kind: "method", name: "method" });
  assert.ok(standard === undefined || standard === method);
  const descriptor = { value: method, writable: true };
  assert.equal(NOOP_TRACING.traced()({}, "method", descriptor), descriptor);
});

test("a span that keeps nothing has all methods of one that does", () => {
  const started: ActiveSpan = NOOP_TRACING.startSpan("name", { attributes: { a: 1 } });
  assert.equal(started.isRecording, false);
  const same = started.setAttribute("a", 1).setAttributes({ b: 2 }).setStatus("ok")
    .recordException(new Error("e")).addEvent("event").updateName("other");
  assert.equal(same, started);
  {
    using used = NOOP_TRACING.startSpan("used");
    assert.equal(used, started);
  }
  started.end();
});
