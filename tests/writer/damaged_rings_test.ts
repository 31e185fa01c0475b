/**
 * Rings that something wrote over, through the whole writer: whatever the bytes
 * say, the run is completed, its text is text, and its books balance or say not.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { isBalanced } from "../../src/model/ledger.ts";
import { IDS_PER_THREAD, S_HEAD, segmentByte } from "../../src/ring/layout.ts";
import { segmentControl } from "../../src/ring/memory.ts";
import { Batch, getInt64 } from "../../src/store/batch.ts";
import { RingDecoder } from "../../src/writer/ring_decoder.ts";
import { TextNumbers } from "../../src/writer/ring_strings.ts";
import { anyDamage, createFullRing, ENDED_SPANS, inflict, OPEN_SPANS } from "../helpers/damage.ts";
import { withFolder } from "../helpers/processes.ts";
import { checkProperty } from "../helpers/properties.ts";
import { openTestWriter, OUTPUTS, queryRecording, TEST_END } from "../helpers/test_writer.ts";
import { testRun } from "../helpers/run_info.ts";

const { memory: WHOLE } = createFullRing();
const SIZES = WHOLE.sizes;
const USED_BYTES = WHOLE.i32[segmentControl(0) + S_HEAD]! * 8;
const decoder = new TextDecoder("utf-8", { fatal: true });

function decodeAll(memory: typeof WHOLE): { batch: Batch; ring: RingDecoder } {
  const texts = new TextNumbers();
  const ring = new RingDecoder(0, memory, { texts, strings: [], progress: undefined });
  const batch = new Batch(texts.texts, 20_000);
  while (ring.decode(batch));
  return { batch, ring };
}

function idsOf({ spans }: Batch): number[] {
  return Array.from({ length: spans.count }, (_, row) => getInt64(spans.spanId, row));
}

/** Fails unless every text of the batch is UTF-8 and every object JSON. */
function assertTexts(batch: Batch): void {
  const { spans } = batch;
  for (let row = 0; row < spans.count; row++) {
    assert.equal(typeof batch.textOf(spans.name[row]!), "string");
    const { bytes, start, size } = spans.attributes;
    if (size[row]! < 0) continue;
    const text = decoder.decode(bytes.slice(start[row]!, start[row]! + size[row]!));
    const value: unknown = JSON.parse(text);
    assert.ok(typeof value === "object" && value !== null && !Array.isArray(value), text);
    assert.doesNotMatch(text, /\p{Surrogate}/u);
  }
  for (const { attributes } of batch.events) {
    if (attributes !== undefined) assert.equal(typeof JSON.parse(attributes), "object");
  }
}

test("RingDecoder makes text and whole numbers of any bytes (property)", () => {
  checkProperty(
    fc.property(anyDamage(SIZES, USED_BYTES), (damage) => {
      const { memory } = createFullRing();
      inflict(memory, damage);
      const { batch } = decodeAll(memory);
      assertTexts(batch);
      for (const { spanId, timeNs } of batch.events) {
        assert.ok(Number.isSafeInteger(spanId) && spanId > 0, `event of span ${spanId}`);
        assert.equal(timeNs, BigInt.asIntN(64, timeNs));
      }
      for (const { timeNs } of batch.metrics) assert.equal(timeNs, BigInt.asIntN(64, timeNs));
      const { spans } = batch;
      for (let row = 0; row < spans.count; row++) {
        for (const column of [spans.durationNs, spans.selfNs, spans.parentId, spans.traceId]) {
          const value = getInt64(column, row);
          assert.ok(value >= 0 && value <= 2 ** 53, `${value}`);
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("RingDecoder shows no span that was not recorded, wherever it loses its way (property)", () => {
  const issued = new Set(idsOf(decodeAll(WHOLE).batch));
  assert.equal(issued.size, ENDED_SPANS);
  // All that says where a record is and what it is: not the numbers of spans themselves.
  const words: number[] = [];
  const first = segmentByte(SIZES, 0);
  for (let at = first; at < first + USED_BYTES;) {
    words.push(at, at + 4);
    at += WHOLE.i32[at >> 2]!;
  }
  const value = fc.oneof(
    fc.integer({ min: 1, max: 100 }).map((units) => units * 8),
    fc.nat(255),
    fc.integer(),
  );
  const damage = fc.array(fc.tuple(fc.constantFrom(...words), value), {
    minLength: 1,
    maxLength: 8,
  });
  checkProperty(
    fc.property(damage, (changes) => {
      const { memory } = createFullRing();
      for (const [at, changed] of changes) memory.i32[at >> 2] = changed;
      const ids = idsOf(decodeAll(memory).batch);
      assert.equal(new Set(ids).size, ids.length, "no span twice");
      for (const id of ids) assert.ok(issued.has(id), `span ${id} was not recorded`);
    }),
    { numRuns: 300 },
  );
});

for (const [kind, name] of Object.entries(OUTPUTS)) {
  test(`RunWriter (${kind}) completes a run from any bytes (property)`, async () => {
    await checkProperty(
      fc.asyncProperty(
        fc.array(anyDamage(SIZES, USED_BYTES), { minLength: 1, maxLength: 8 }),
        async (
          damages,
        ) =>
          await withFolder({}, async (folder) => {
            // Several rings for each run: a database takes longer than what is in it.
            const rings = damages.map((damage) => {
              const { memory, buffer } = createFullRing();
              inflict(memory, damage);
              return { buffer } as Parameters<typeof openTestWriter>[1][number];
            });
            const out = join(folder, name);
            const run = testRun();
            const writer = await openTestWriter(out, rings, { run });
            await writer.flush();
            const report = await writer.finish(TEST_END);
            assert.ok(report.joined, report.problems.join("\n"));
            assert.ok(isBalanced(report.ledger) || report.problems.length > 0);
            const [counted] = await queryRecording(
              out,
              `SELECT count(*) AS spans, coalesce(count_if(NOT json_valid(attributes)), 0) AS bad,
               coalesce(count_if(span_id <= 0 OR span_id > ${2 * IDS_PER_THREAD}), 0) AS foreign_ids
             FROM spans`,
            );
            assert.deepEqual(counted, {
              spans: BigInt(report.ledger.stored),
              bad: 0n,
              foreign_ids: 0n,
            });
            const [sums] = await queryRecording(
              out,
              `SELECT (SELECT issued = stored + coalesce((SELECT sum(count) FROM losses), 0) FROM runs)
               AS balances`,
            );
            assert.ok(sums!["balances"] === true || report.problems.length > 0);
          }),
      ),
      { numRuns: kind === "duckdb" ? 3 : 1 },
    );
  });
}

test("RunWriter stores all of a ring that nothing has happened to", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    const { buffer } = createFullRing();
    const ring = { buffer } as Parameters<typeof openTestWriter>[1][number];
    const report = await (await openTestWriter(out, [ring])).finish(TEST_END);
    assert.deepEqual(report.problems, []);
    assert.equal(report.ledger.stored, ENDED_SPANS + OPEN_SPANS);
    assert.ok(isBalanced(report.ledger));
  }));
