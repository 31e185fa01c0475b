/** Files that look like a format and are not: readers refuse them, or make spans of what is there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readChromeTrace } from "../../src/import/chrome_trace.ts";
import { readCpuProfile } from "../../src/import/cpu_profile.ts";
import { type ImportedFile, ImportError } from "../../src/import/imported_span.ts";
import { numberSpans } from "../../src/import/number_spans.ts";
import { readOtlpJson } from "../../src/import/otlp_json.ts";
import { readOtlpProtobuf } from "../../src/import/otlp_protobuf.ts";
import { checkProperty } from "../helpers/properties.ts";

/** Whatever may stand in the place of a value. */
const JUNK = fc.oneof(
  fc.constantFrom<unknown>(
    ...[null, true, -1, 0, 1, 2, 3, 7.5, 1.7e308, -1.7e308, "", "x", "12", "1e400", [], {}, [[]], [
      null,
    ]],
  ),
  fc.jsonValue({ maxDepth: 2 }),
);

/** Objects with some of these keys, whose values are mostly as they should be. */
function mostly(fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<unknown> {
  const entries = Object.entries(fields).map(([key, right]) =>
    [key, fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: JUNK })] as const
  );
  const object = fc.record(Object.fromEntries(entries), { requiredKeys: [] });
  return fc.oneof({ weight: 15, arbitrary: object }, { weight: 1, arbitrary: JUNK });
}

function few(one: fc.Arbitrary<unknown>, maxLength = 8): fc.Arbitrary<unknown[]> {
  return fc.array(one, { maxLength });
}

const name = fc.constantFrom("a", "b", "");
const id = fc.constantFrom("1", "2", "00000000000000aa", "");
const time = fc.nat(50);

/** Reads, and holds what comes of it against what the store relies on. */
function assertReads(read: () => ImportedFile): void {
  let file: ImportedFile;
  try {
    file = read();
  } catch (error) {
    assert.ok(error instanceof ImportError, String((error as Error).stack));
    return;
  }
  const { spans } = numberSpans(file.spans);
  assert.equal(spans.length, file.spans.length);
  for (const { source, selfNs, spanId, parentId, traceId } of spans) {
    assert.equal(typeof source.name, "string");
    assert.equal(typeof source.startUnixNs, "bigint");
    assert.equal(BigInt.asIntN(64, source.startUnixNs), source.startUnixNs);
    const { durationNs = 0 } = source;
    assert.ok(Number.isSafeInteger(durationNs) && durationNs >= 0, String(durationNs));
    assert.ok(selfNs >= 0 && selfNs <= durationNs);
    assert.ok(parentId !== spanId && traceId >= 1);
    for (const event of source.events ?? []) {
      assert.equal(typeof event.name, "string");
      assert.equal(typeof event.timeUnixNs, "bigint");
    }
    JSON.stringify(source.attributes);
  }
}

test("Chrome traces with anything in them are read or refused (property)", () => {
  const event = mostly({
    ph: fc.constantFrom("X", "B", "E", "b", "e", "i", "M", "s"),
    name: fc.constantFrom("a", "thread_name", "process_name"),
    cat: name,
    ts: time,
    dur: time,
    pid: fc.nat(2),
    tid: fc.nat(2),
    id,
    args: fc.constant({ name: "x" }),
  });
  const file = fc.oneof(few(event), mostly({ traceEvents: few(event) }));
  checkProperty(
    fc.property(file, (value) => {
      assertReads(() => readChromeTrace(JSON.stringify(value)));
    }),
    { numRuns: 400 },
  );
});

test("CPU profiles with anything in them are read or refused (property)", () => {
  const node = mostly({
    id: fc.nat(4),
    callFrame: mostly({ functionName: name, url: name, lineNumber: time, columnNumber: time }),
    children: few(fc.nat(4)),
    parent: fc.nat(4),
  });
  const file = mostly({
    nodes: few(node),
    samples: few(fc.nat(4)),
    timeDeltas: few(fc.integer({ min: -9, max: 50 })),
    startTime: time,
    endTime: time,
  });
  checkProperty(
    fc.property(file, (value) => {
      assertReads(() => readCpuProfile(JSON.stringify(value), 1.8e12));
    }),
    { numRuns: 400 },
  );
});

test("OTLP with anything in it is read or refused (property)", () => {
  const value = mostly({ stringValue: name, intValue: id, doubleValue: time, arrayValue: JUNK });
  const attributes = few(mostly({ key: name, value }), 2);
  const span = mostly({
    traceId: id,
    spanId: id,
    parentSpanId: id,
    name,
    kind: fc.nat(6),
    startTimeUnixNano: fc.constantFrom("5", "17", 30),
    endTimeUnixNano: fc.constantFrom("9", "40", "0"),
    attributes,
    events: few(mostly({ name, timeUnixNano: fc.constant("9"), attributes }), 2),
    status: mostly({ code: fc.nat(2), message: name }),
  });
  const scope = mostly({ scope: mostly({ name }), spans: few(span, 4) });
  const resource = mostly({ resource: mostly({ attributes }), scopeSpans: few(scope, 2) });
  const file = mostly({ resourceSpans: few(resource, 2) });
  checkProperty(
    fc.property(file, (request) => {
      assertReads(() => readOtlpJson(JSON.stringify(request)));
    }),
    { numRuns: 400 },
  );
});

test("Protobuf of any bytes is read or refused (property)", () => {
  const bytes = fc.uint8Array({ maxLength: 60 }).map((tail) =>
    Uint8Array.from([10, 40, 18, 30, ...tail])
  );
  checkProperty(fc.property(bytes, (message) => assertReads(() => readOtlpProtobuf(message))), {
    numRuns: 400,
  });
});
