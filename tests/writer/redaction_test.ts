import assert from "node:assert/strict";
import { test } from "node:test";
import { createContext } from "../../src/recorder/context.ts";
import { Recorder } from "../../src/recorder/recorder.ts";
import { type RedactionSetting, Redactor } from "../../src/redaction/redactor.ts";
import { ringBytes, ringSizes } from "../../src/ring/layout.ts";
import { createRing } from "../../src/ring/memory.ts";
import { createClock } from "../../src/runtime/clock.ts";
import { Batch } from "../../src/store/batch.ts";
import { RingDecoder } from "../../src/writer/ring_decoder.ts";
import { TextNumbers } from "../../src/writer/ring_strings.ts";

/** Records something, and decodes it as the writer does. */
function decoded(
  record: (recorder: Recorder) => void,
  setting?: RedactionSetting,
) {
  const sizes = ringSizes(1 << 22);
  const memory = createRing(
    new Uint8Array(new SharedArrayBuffer(ringBytes(sizes))),
    {
      sizes,
      identity: { process: 0, thread: 0, consumerPid: 0, consumerStart: 0 },
      readySegments: 1,
    },
  );
  const options = {
    clock: createClock(),
    context: createContext(),
    overflow: "drop",
    pid: 0,
  } as const;
  record(new Recorder(memory, options));
  const texts = new TextNumbers(new Redactor(setting));
  const decoder = new RingDecoder(0, memory, {
    texts,
    strings: [],
    progress: undefined,
  });
  const batch = new Batch(texts.texts, 5_000);
  decoder.decode(batch);
  const { start, size, bytes } = batch.spans.attributes;
  const text = size[0]! < 0
    ? "{}"
    : new TextDecoder().decode(bytes.subarray(start[0]!, start[0]! + size[0]!));
  return {
    name: batch.textOf(batch.spans.name[0]!),
    attributes: JSON.parse(text) as Record<string, unknown>,
    batch,
    count: texts.redactor.count,
  };
}

/** The attributes of a span that was given these. */
function attributesOf(
  attributes: Record<string, unknown>,
  setting?: RedactionSetting,
) {
  return decoded((recorder) => {
    const span = recorder.startSpan("work");
    for (const [key, value] of Object.entries(attributes)) {
      recorder.setAttribute(span, key, value);
    }
    recorder.end(span);
  }, setting).attributes;
}

test("values are taken out for what their keys say, whatever they are", () => {
  assert.deepEqual(
    attributesOf({
      password: "hunter2",
      cvv: 123,
      credentials: { user: "bob" },
      tokens: ["a"],
      "session.id": "ü",
      has_token: true,
      auth: 7,
      last: "stays",
    }),
    {
      password: "REDACTED",
      cvv: "REDACTED",
      credentials: "REDACTED",
      tokens: ["a"],
      "session.id": "REDACTED",
      has_token: true,
      auth: 7,
      last: "stays",
    },
  );
});

test("secrets in texts are taken out, in ASCII or not, and in objects", () => {
  assert.deepEqual(
    attributesOf({
      a: "x password=hunter2 y",
      b: 'ünï "password": "hunter2" y',
      c: { d: ["Bearer abcd1234"], n: 1 },
      e: "",
      f: "@",
    }),
    {
      a: "x password=REDACTED y",
      b: 'ünï "password": "REDACTED" y',
      c: { d: ["Bearer REDACTED"], n: 1 },
      e: "",
      f: "@",
    },
  );
});

test("names, shared attributes, events and hooks go through it as well", () => {
  const { name, attributes, batch, count } = decoded((recorder) => {
    const shared = recorder.shareAttributes({
      "db.user": "token=a",
      n: 1,
      secret: "x",
    });
    const span = recorder.startSpan("job token=hunter2");
    recorder.setShared(span, shared);
    recorder.fail(span, new Error("postgres://a:hunter2@h failed"));
    recorder.end(span);
    recorder.reportHook("fetch", "failed", "password=hunter2");
  });
  assert.equal(name, "job token=REDACTED");
  assert.deepEqual(attributes, {
    "db.user": "token=REDACTED",
    n: 1,
    secret: "REDACTED",
    "error.type": "Error",
  });
  assert.match(batch.events[0]!.attributes!, /REDACTED:REDACTED@h failed/);
  assert.equal(batch.hooks[0]!.reason, "password=REDACTED");
  assert.doesNotMatch(JSON.stringify(batch.strings), /hunter2/);
  assert.equal(count, 4);
});

test("names and keys beyond those that are interned go through it as well", () => {
  const { batch } = decoded((recorder) => {
    for (let i = 0; i < 4200; i++) {
      const span = recorder.startSpan(`job ${i} token=hunter2`);
      if (i > 4190) {
        recorder.setAttribute(span, `k${i}.password`, "hunter2");
        recorder.setAttribute(span, `k${i}`, "token=hunter2");
      }
      recorder.end(span);
    }
  });
  const last = batch.spans.count - 1;
  assert.equal(
    batch.textOf(batch.spans.name[last]!),
    "job 4199 token=REDACTED",
  );
  const { start, size, bytes } = batch.spans.attributes;
  const text = new TextDecoder().decode(
    bytes.subarray(start[last]!, start[last]! + size[last]!),
  );
  assert.equal(text, '{"k4199.password":"REDACTED","k4199":"token=REDACTED"}');
  assert.doesNotMatch(new TextDecoder().decode(bytes), /hunter2/);
});

test("nothing is taken out when that is switched off", () => {
  const values = {
    password: "hunter2",
    cvv: 123,
    a: "token=x",
    b: { secret: 1 },
  };
  assert.deepEqual(attributesOf(values, false), values);
});

test("patterns of the user hold for keys, nested ones and texts", () => {
  assert.deepEqual(
    attributesOf(
      {
        "customer.name": "bob",
        customer: { name: "bob", n: 1 },
        a: "for ACME-12",
        p: "b@c",
      },
      ["customer.*", "/acme-\\d+/i"],
    ),
    {
      "customer.name": "REDACTED",
      customer: { name: "REDACTED", n: "REDACTED" },
      a: "for REDACTED",
      p: "b@c",
    },
  );
});
