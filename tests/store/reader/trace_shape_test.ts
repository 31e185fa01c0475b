/** The shape of traces, against walking up from each span. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { SpanKey, SpanReader } from "../../../src/model/span_reader.ts";
import { openRecording } from "../../../src/store/reader/open.ts";
import { type SpanFixture, writeRecording } from "../../helpers/recording_fixture.ts";

/** A request that calls itself through a queue, deep recursion, and threads; the rest is chance. */
const SPANS: SpanFixture[] = [
  { name: "GET /a", scope: "http.server", durationNs: 9, traceId: 1 },
  { name: "load", scope: "function", durationNs: 8, traceId: 1, parentId: 1 },
  { name: "SELECT", scope: "db", durationNs: 1, traceId: 1, parentId: 2, attributes: { a: 1 } },
  { name: "SELECT", scope: "db", durationNs: 1, traceId: 1, parentId: 2 },
  // Another server below the first, in another process.
  { name: "GET /b", scope: "http.server", durationNs: null, traceId: 1, parentId: 2, processId: 2 },
  { name: "SELECT", scope: "db", durationNs: 1, traceId: 1, parentId: 5, threadId: 3 },
  { name: "GET /b", scope: "http.server", durationNs: 9, traceId: 7 },
  // Its parent was not stored.
  { name: "SELECT", scope: "db", durationNs: 1, traceId: 7, parentId: 9_999 },
  ...Array.from({ length: 60 }, (_, i): SpanFixture => ({
    name: "walk",
    scope: "function",
    durationNs: 1,
    traceId: 9,
    ...i === 0 ? {} : { parentId: 8 + i },
  })),
  // Nobody's ancestor but each other's: a file that somebody made up.
  { name: "egg", scope: "manual", durationNs: 1, traceId: 69, parentId: 70 },
  { name: "hen", scope: "manual", durationNs: 1, traceId: 69, parentId: 69 },
];
const CIRCLE = 68;

let folder = "";
const readers: SpanReader[] = [];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ferret-shape-"));
  const path = join(folder, "shape.duckdb");
  await writeRecording(path, [{ spans: SPANS.slice(0, CIRCLE) }, { spans: SPANS }]);
  for (const run of ["1", "2"]) readers.push(await openRecording(path, { run }));
});
after(async () => {
  for (const reader of readers) reader.close();
  await rm(folder, { recursive: true, force: true });
});

function of(...names: string[]): { keys: SpanKey[]; where: [] } {
  const keys = SPANS.filter(({ name }) => names.includes(name))
    .map(({ name, scope = "manual" }) => ({ name, scope }));
  return { keys, where: [] };
}

describe("TraceShape", () => {
  it("counts calls below spans, however deep and in whatever thread", async () => {
    const { shape } = readers[0]!;
    const requests = { ...of("GET /a", "GET /b"), scope: "http.server" };
    const queries = { ...of("SELECT"), scope: "db" };
    assert.deepEqual(await shape.mostBelow(requests, queries), {
      looked: 3,
      most: 3,
      example: { name: "GET /a", scope: "http.server" },
      isCut: false,
    });
    const inner = await shape.mostBelow(of("GET /b"), of("SELECT"));
    assert.deepEqual([inner.looked, inner.most], [2, 1]);
    assert.equal((await shape.mostBelow(of("load"), of("SELECT"))).most, 3);
    const where = [{ key: "a", value: "1" }];
    assert.equal((await shape.mostBelow(of("load"), { ...of("SELECT"), where })).most, 1);
    assert.equal((await shape.mostBelow({ ...of("load"), where }, of("SELECT"))).looked, 0);
    // A span is not below itself; one that is below another of its name is.
    assert.equal((await shape.mostBelow(of("SELECT"), of("SELECT"))).most, 0);
    assert.equal((await shape.mostBelow(of("walk"), of("walk"))).most, 59);
  });

  it("counts the spans of a trace", async () => {
    const { shape } = readers[0]!;
    assert.deepEqual(await shape.mostPerTrace(of("SELECT")), {
      looked: 2,
      most: 3,
      example: { name: "GET /a", scope: "http.server" },
      isCut: false,
    });
    assert.equal((await shape.mostPerTrace(of("walk"))).most, 60);
    assert.deepEqual((await shape.mostPerTrace(of("nothing"))).looked, 0);
  });

  it("finds how deep trees are, from roots or from spans of a name", async () => {
    const { shape } = readers[0]!;
    const all = await shape.depth(undefined);
    assert.deepEqual([all.most, all.example?.name], [60, "walk"]);
    const depths = await Promise.all(
      ["GET /a", "GET /b", "load", "SELECT"].map(async (name) =>
        (await shape.depth(of(name))).most
      ),
    );
    assert.deepEqual(depths, [4, 2, 3, 1]);
  });

  it("ends where spans are each other's parents", async () => {
    const { shape } = readers[1]!;
    const depth = await shape.depth(undefined);
    assert.deepEqual([depth.most, depth.isCut], [60, true]);
    const eggs = await shape.mostBelow(of("egg"), of("hen"));
    assert.equal(eggs.isCut, true);
  });
});
