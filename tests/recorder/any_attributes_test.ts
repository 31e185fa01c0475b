/**
 * Whatever a program passes as attributes, through the recorder and the writer's
 * decoder: what comes out is what docs say a value becomes, and nothing throws.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import fc from "fast-check";
import type { Attributes } from "../../src/model/span.ts";
import { MAX_ATTRIBUTES, MAX_VALUE_BYTES } from "../../src/recorder/attribute_list.ts";
import { MAX_DEPTH } from "../../src/recorder/bounded_json.ts";
import { ringSizes } from "../../src/ring/layout.ts";
import { Batch } from "../../src/store/batch.ts";
import { RingDecoder } from "../../src/writer/ring_decoder.ts";
import { TextNumbers } from "../../src/writer/ring_strings.ts";
import { checkProperty } from "../helpers/properties.ts";
import { Recording } from "../helpers/recording.ts";

/** What a value is in a recording; undefined where it is not kept. */
function kept(value: unknown): unknown {
  switch (typeof value) {
    case "undefined":
    case "function":
      return undefined;
    case "number":
      return Number.isFinite(value) ? value + 0 : null;
    case "bigint":
    case "symbol":
      return String(value).toWellFormed();
    case "object":
      return keptJson(value);
    default:
      return wellFormed(value);
  }
}

function keptJson(value: object | null): unknown {
  if (value === DEEP) return "[".repeat(MAX_DEPTH);
  let json: string | undefined;
  try {
    json = JSON.stringify(value, (_, part) => typeof part === "bigint" ? String(part) : part);
  } catch {
    return "(not serializable)";
  }
  return json === undefined ? undefined : wellFormed(JSON.parse(json));
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return value.toWellFormed();
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  const result: Record<string, unknown> = Object.create(null);
  for (const [key, part] of Object.entries(value)) result[key.toWellFormed()] = wellFormed(part);
  return result;
}

function thrower(): never {
  throw new Error("the program's own");
}

const cycle: Record<string, unknown> = {};
cycle["self"] = { cycle };
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

/** In a box: fast-check asks what it is given whether it can be cloned, and these mind. */
class Box {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  [fc.toStringMethod](): string {
    return inspect(this.value, { customInspect: false, depth: 3 });
  }
}

const DEEP = deep() as object;
const HOSTILE: unknown[] = [
  cycle,
  revoked,
  Symbol("s"),
  Symbol.iterator,
  2n ** 100n,
  -0,
  NaN,
  Infinity,
  "\ud800",
  "a\0b",
  "\u2028\ufeff\u0085",
  { toJSON: thrower },
  { toJSON: () => undefined },
  { toJSON: () => 1n },
  { toString: thrower, valueOf: thrower },
  new Proxy({}, { ownKeys: thrower, get: thrower }),
  new Proxy([], { get: thrower }),
  Object.create(null),
  JSON.parse('{"__proto__": {"polluted": true}}'),
  new Date(NaN),
  new Map([[1, 2]]),
  new Uint8Array(3),
  thrower,
  DEEP,
];
const value: fc.Arbitrary<Box> = fc.oneof(
  fc.nat(HOSTILE.length - 1).map((index) => new Box(HOSTILE[index])),
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnicodeString: true,
  } as fc.ObjectConstraints).map((content) => new Box(content)),
  fc.string({ unit: "binary", maxLength: 300 }).map((content) => new Box(content)),
);
const key = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("__proto__", "constructor", "toJSON", "", "a\0b", "$", "/~", '"'),
);

/** Nested more deeply than a recursive reader likes. */
function deep(): unknown {
  let value: unknown = 1;
  for (let depth = 0; depth < 3_000; depth++) value = [value];
  return value;
}

class Decoded {
  readonly recording = new Recording({ sizes: ringSizes(1 << 22) });
  readonly #texts = new TextNumbers();
  readonly #decoder = new RingDecoder(0, this.recording.memory, {
    texts: this.#texts,
    strings: [],
    progress: undefined,
  });

  /** The attributes of the only span since the last call. */
  read(): Record<string, unknown> {
    const batch = new Batch(this.#texts.texts, 16);
    this.#decoder.decode(batch);
    this.#decoder.consumer.release(this.#decoder.consumer.cursor);
    assert.equal(batch.spans.count, 1);
    const { bytes, start, size } = batch.spans.attributes;
    if (size[0]! < 0) return {};
    const text = bytes.slice(start[0]!, start[0]! + size[0]!);
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(text));
  }
}

test("any value of any program comes back as what it is documented to become (property)", () => {
  let decoded = new Decoded();
  let cases = 0;
  checkProperty(
    fc.property(fc.array(fc.tuple(key, value), { maxLength: 10 }), (pairs) => {
      // Beyond 4,096 keys a thread has room for, they travel as text: attributes_test.ts.
      if (++cases % 300 === 0) decoded = new Decoded();
      const { recorder } = decoded.recording;
      const expected = new Map<string, unknown>();
      const span = recorder.startSpan("span");
      for (const [name, { value: content }] of pairs) {
        span.setAttribute(name, content as Attributes[string]);
        const stored = kept(content);
        if (stored !== undefined) expected.set(name.toWellFormed(), stored);
      }
      span.end();
      const actual = decoded.read();
      assert.deepEqual(Object.keys(actual).sort(), [...expected.keys()].sort());
      for (const [name, stored] of expected) {
        assert.deepEqual(wellFormed(actual[name]), wellFormed(stored));
      }
    }),
    { numRuns: 300 },
  );
});

test("objects of attributes that misbehave reach nobody (property)", () => {
  const decoded = new Decoded();
  const { recorder, tracing } = decoded.recording;
  const attributes = fc.oneof(
    value,
    fc.dictionary(key, value, { maxKeys: MAX_ATTRIBUTES + 10 }).map((boxes) =>
      new Box(Object.fromEntries(Object.entries(boxes).map(([name, box]) => [name, box.value])))
    ),
    fc.tuple(key, value).map(([name, box]) =>
      new Box({
        [name]: box.value,
        get bad() {
          return thrower();
        },
      })
    ),
  );
  checkProperty(
    fc.property(attributes, value, ({ value: given }, { value: other }) => {
      const span = recorder.startSpan("span");
      span.setAttributes(given as Attributes);
      span.addEvent(other as string, given as Attributes);
      span.recordException(other);
      span.setStatus("error", other as string);
      span.updateName(other as string);
      span.setAttribute(other as string, given as Attributes[string]);
      span.end();
      for (const content of Object.values(decoded.read())) {
        if (typeof content === "string") {
          assert.ok(new TextEncoder().encode(content).length <= MAX_VALUE_BYTES);
        }
      }
    }),
    { numRuns: 200 },
  );
  checkProperty(fc.property(value, value, ({ value: name }, { value: given }) => {
    tracing.startSpan(name as string, given as Record<string, never>).end();
    decoded.read();
  }));
});

test("options that throw when they are read are as if they were not given", () => {
  const decoded = new Decoded();
  const { tracing } = decoded.recording;
  for (
    const options of [
      {
        get kind() {
          return thrower();
        },
      },
      { parent: revoked },
      null,
    ]
  ) {
    tracing.startSpan("span", options as Record<string, never>).end();
    assert.deepEqual(decoded.read(), {});
    assert.equal(tracing.span("span", options as Record<string, never>, () => 7), 7);
    assert.deepEqual(decoded.read(), {});
  }
});
