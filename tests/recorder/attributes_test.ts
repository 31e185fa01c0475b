/** Attributes: every kind of value, hostile ones among them, arrives or is counted. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Attributes } from "../../src/model/span.ts";
import { MAX_ATTRIBUTES, MAX_VALUE_BYTES } from "../../src/recorder/attribute_list.ts";
import { boundedJson, MAX_DEPTH } from "../../src/recorder/bounded_json.ts";
import { MAX_COMPUTED_NAMES } from "../../src/recorder/string_table.ts";
import { F_TRUNCATED, ringSizes } from "../../src/ring/layout.ts";
import { checkProperty } from "../helpers/properties.ts";
import { Recording } from "../helpers/recording.ts";

/** The attributes that a span has which was given `attributes`. */
function recorded(recording: Recording, attributes: unknown): Record<string, unknown> {
  recording.recorder.startSpan("span").setAttributes(attributes as Attributes).end();
  return { ...recording.readSpan().attributes };
}

test("every kind of value arrives", () => {
  const recording = new Recording();
  const when = new Date(0);
  const attributes = {
    string: "text",
    empty: "",
    number: -1.5e300,
    zero: 0,
    true: true,
    false: false,
    list: ["a", 1, null, true],
    object: { a: { b: [1] } },
    null: null,
    date: when,
    bigint: 2n ** 70n,
    nested: { big: 2n ** 64n },
    symbol: Symbol("s"),
    undefined: undefined,
    function: () => {},
    "": "no key",
    "with space and ü": "ö",
  };
  assert.deepEqual(recorded(recording, attributes), {
    string: "text",
    empty: "",
    number: -1.5e300,
    zero: 0,
    true: true,
    false: false,
    list: ["a", 1, null, true],
    object: { a: { b: [1] } },
    null: null,
    date: when.toJSON(),
    bigint: "1180591620717411303424",
    nested: { big: "18446744073709551616" },
    symbol: "Symbol(s)",
    "": "no key",
    "with space and ü": "ö",
  });
  const special = recorded(recording, { nan: NaN, up: Infinity, down: -Infinity });
  assert.deepEqual(special, { nan: NaN, up: Infinity, down: -Infinity });
  recording.assertBalanced();
});

test("any attributes arrive as they were when they were set (property)", () => {
  const recording = new Recording();
  const value = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 100 }),
    fc.double(),
    fc.boolean(),
    fc.array(fc.oneof(fc.string(), fc.integer(), fc.constant(null)), { maxLength: 5 }),
  );
  const key = fc.constantFrom(..."abcdefghij", "__proto__", "constructor", "toString", "a\0b");
  checkProperty(fc.property(fc.array(fc.tuple(key, value), { maxLength: 40 }), (pairs) => {
    const span = recording.recorder.startSpan("span");
    const expected = new Map<string, unknown>();
    for (const [name, content] of pairs) {
      span.setAttribute(name, content);
      expected.set(name, Array.isArray(content) ? [...content] : content);
      // What happens to it later is of no concern.
      if (Array.isArray(content)) content.length = 0;
    }
    span.end();
    const actual = recording.readSpan().attributes;
    assert.deepEqual(Object.keys(actual).sort(), [...expected.keys()].sort());
    for (const [name, content] of expected) assert.deepEqual(actual[name], content);
  }));
});

test("keys that objects inherit are keys like any other", () => {
  const recording = new Recording();
  const span = recording.recorder.startSpan("span");
  span.setAttribute("__proto__", "own").setAttribute("constructor", 1);
  span.setAttributes(JSON.parse('{"__proto__": "parsed", "hasOwnProperty": true}'));
  span.setAttributes(Object.create({ inherited: 1 }));
  span.end();
  const { attributes } = recording.readSpan();
  assert.deepEqual(Object.keys(attributes).sort(), ["__proto__", "constructor", "hasOwnProperty"]);
  assert.equal(attributes["__proto__"], "parsed");
});

test("values that throw, or refuse to be read, do not reach the program", () => {
  const recording = new Recording();
  const throwing = {
    first: 1,
    get bad(): number {
      throw new Error("getter");
    },
    last: 2,
  };
  assert.deepEqual(recorded(recording, throwing), { first: 1 });
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const hostile = {
    circular,
    toJson: {
      toJSON() {
        throw new Error("toJSON");
      },
    },
    getter: {
      get x() {
        throw new Error("getter");
      },
    },
    revoked: proxy,
    gone: { toJSON: () => undefined },
    after: "still here",
  };
  assert.deepEqual(recorded(recording, hostile), {
    circular: "(not serializable)",
    toJson: "(not serializable)",
    getter: "(not serializable)",
    revoked: "(not serializable)",
    after: "still here",
  });
  for (const nothing of [null, undefined, 1, "", proxy, () => {}]) {
    assert.deepEqual(recorded(recording, nothing), {});
  }
  const span = recording.recorder.startSpan("span");
  const badKey = {
    toString() {
      throw new Error("key");
    },
  };
  span.setAttribute(badKey as unknown as string, 1);
  span.setAttribute(Symbol("s") as unknown as string, 2).end();
  assert.deepEqual({ ...recording.readSpan().attributes }, { "": 1, "Symbol(s)": 2 });
  recording.assertBalanced();
});

test("lone surrogates become U+FFFD, and NUL stays", () => {
  const recording = new Recording();
  const attributes = recorded(recording, {
    lone: "a\ud800b",
    low: "\udc00",
    pair: "😀",
    nul: "a\0b",
    "k\0ey": "NUL in the key",
  });
  assert.deepEqual(attributes, {
    lone: "a\ufffdb",
    low: "\ufffd",
    pair: "😀",
    nul: "a\0b",
    "k\0ey": "NUL in the key",
  });
});

test("long values are cut at the limit and counted", () => {
  const recording = new Recording({ sizes: ringSizes(1 << 22) });
  const { memory } = recording;
  assert.equal(
    recorded(recording, { exact: "x".repeat(MAX_VALUE_BYTES) })["exact"],
    "x".repeat(MAX_VALUE_BYTES),
  );
  assert.equal(memory.f64[F_TRUNCATED], 0);
  assert.equal(
    recorded(recording, { over: "x".repeat(MAX_VALUE_BYTES + 1) })["over"],
    "x".repeat(MAX_VALUE_BYTES),
  );
  assert.equal(memory.f64[F_TRUNCATED], 1);
  const huge = recorded(recording, {
    text: "é".repeat(5_000_000),
    json: ["y".repeat(10_000_000)],
  });
  assert.equal(huge["text"], "é".repeat(MAX_VALUE_BYTES / 2));
  // JSON that was cut is no JSON any more.
  assert.equal(huge["json"], `["${"y".repeat(MAX_VALUE_BYTES - 2)}`);
  assert.equal(memory.f64[F_TRUNCATED], 3);
  recording.recorder.startSpan("event").addEvent("e", { text: "z".repeat(100_000) }).end();
  recording.read();
  assert.equal(memory.f64[F_TRUNCATED], 4);
  recording.assertBalanced();
});

test("the 128th attribute is the last; more are counted", () => {
  const recording = new Recording();
  const span = recording.recorder.startSpan("span");
  for (let i = 0; i < MAX_ATTRIBUTES; i++) span.setAttribute(`key ${i}`, i);
  span.setAttribute("key 128", 1).setAttribute("key 5", "replaced");
  span.end();
  const { attributes } = recording.readSpan();
  assert.equal(Object.keys(attributes).length, MAX_ATTRIBUTES);
  assert.equal(attributes["key 127"], 127);
  assert.equal(attributes["key 128"], undefined);
  assert.equal(attributes["key 5"], "replaced");
  assert.equal(recording.memory.f64[F_TRUNCATED], 1);
});

test("keys beyond the limit of computed names travel inline", () => {
  const recording = new Recording({ sizes: ringSizes(1 << 22) });
  const { recorder } = recording;
  for (let i = 0; i < MAX_COMPUTED_NAMES; i++) {
    recorder.startSpan("span").setAttribute(`key ${i}`, i).end();
  }
  recording.read();
  assert.deepEqual(recorded(recording, { "key 7": 7, "new": 8, "with\0NUL": "x\0y", "t": true }), {
    "key 7": 7,
    "new": "8",
    "withNUL": "x\0y",
    "t": "true",
  });
  const long = "k".repeat(1_000);
  assert.deepEqual(recorded(recording, { [long]: "v" }), { [long.slice(0, 256)]: "v" });
  recording.assertBalanced();
});

test("shared attributes arrive with those of the span itself", () => {
  const recording = new Recording();
  const { recorder } = recording;
  const shared = recorder.shareAttributes({ system: "s", count: 1, text: 'ä"\n' });
  assert.ok(shared > 0);
  assert.equal(recorder.shareAttributes({ system: "s", count: 1, text: 'ä"\n' }), shared);
  assert.equal(recorder.shareAttributes({ text: "x".repeat(2048) }), 0);
  for (const own of [{}, { rows: 3, name: "n" }]) {
    const span = recorder.startSpan("span");
    recorder.setShared(span, shared);
    span.setAttributes(own).end();
    recorder.setShared(span, shared);
    assert.deepEqual({ ...recording.readSpan().attributes }, {
      system: "s",
      count: 1,
      text: 'ä"\n',
      ...own,
    });
  }
  recording.assertBalanced();
});

test("objects are JSON as JSON.stringify writes it (property)", () => {
  class Own {
    field = 1;
    get inherited(): number {
      return 2;
    }
  }
  const ordinary = [
    { a: undefined, b: () => {}, c: Symbol("s"), d: -0, e: NaN, f: '\ud800"\\\n', '"': [,] },
    [undefined, () => {}, [[], {}], new Own(), new Map([[1, 2]]), new Error("e"), /x/],
    [new Number(1), new String("s"), new Boolean(false), new Date(NaN)],
    [
      new Uint8Array([1, 2]),
      new DataView(new ArrayBuffer(2)),
      new ArrayBuffer(2),
      Buffer.from("b"),
    ],
    Object.assign(new Uint8Array(1), { more: 1 }),
    { toJSON: (key: string) => ({ key }), never: 1 },
    { list: [{ toJSON: (key: string) => key }] },
    Object.create({ inherited: 1 }, {
      hidden: { value: 1 },
      shown: { value: 2, enumerable: true },
    }),
    new Proxy({ a: 1 }, {}),
    new Proxy([1, 2], {}),
  ];
  const check = (value: unknown) => {
    const expected = JSON.stringify(
      value,
      (_, part) => typeof part === "bigint" ? `${part}` : part,
    );
    assert.equal(boundedJson(value as object, MAX_VALUE_BYTES)?.text, expected);
  };
  ordinary.forEach(check);
  const same = {};
  check([same, same, { same }]);
  const options = { withBigInt: true, withBoxedValues: true, withNullPrototype: true };
  checkProperty(fc.property(fc.oneof(fc.object(options), fc.array(fc.anything(options))), check));
});

test("an object of any size is looked at only as far as it is kept", () => {
  const recording = new Recording({ sizes: ringSizes(1 << 22) });
  let touched = 0;
  const endless = new Proxy([], {
    get: (_target, key) => key === "length" ? 2 ** 40 : key === "toJSON" ? undefined : touched++,
  });
  const deep: unknown[] = [];
  for (let i = 0, inner = deep; i < 1_000_000; i++) inner.push(inner = []);
  const undefinedMembers: Record<string, undefined> = {};
  for (let i = 0; i < 200_000; i++) undefinedMembers[i] = undefined;
  const huge: Record<string, unknown> = {
    endless,
    bytes: new Uint8Array(2 ** 30),
    floats: new Float64Array(2 ** 26),
    buffer: Buffer.alloc(2 ** 28),
    nested: { buffer: Buffer.alloc(2 ** 28) },
    sparse: new Array(2 ** 32 - 1),
    growing: { toJSON: (key: string) => ({ [`${key}x`]: huge["growing"] }) },
    text: ["x".repeat(2 ** 28)],
    bigint: 1n << 20_000_000n,
    undefinedMembers,
  };
  const beforeMs = performance.now();
  const attributes = recorded(recording, huge);
  const tookMs = performance.now() - beforeMs;
  assert.deepEqual(Object.keys(attributes), Object.keys(huge));
  assert.ok(touched <= MAX_VALUE_BYTES, `${touched} members of the endless list`);
  assert.match(String(attributes["bytes"]), /^\{"0":0,"1":0,/);
  assert.match(String(attributes["buffer"]), /^\{"type":"Buffer","data":\[0,0,/);
  assert.match(String(attributes["bigint"]), /^0x10000/);
  for (const [key, value] of Object.entries(attributes)) {
    if (key !== "growing") assert.ok(String(value).length <= MAX_VALUE_BYTES, key);
  }
  // Whole, these take minutes, and more memory than there is.
  assert.ok(tookMs < 20_000, `${tookMs} ms`);
  assert.equal(recorded(recording, { deep })["deep"], "[".repeat(MAX_DEPTH));
  recording.assertBalanced();
});
