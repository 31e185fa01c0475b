import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { nearestRank, parsePercentile } from "../../../src/model/percentile.ts";
import type { SpanKey } from "../../../src/model/span_reader.ts";
import { openRecording } from "../../../src/store/reader/open.ts";
import { checkProperty } from "../../helpers/properties.ts";
import {
  RUN_DURATION_NS,
  type RunFixture,
  type SpanFixture,
  steppedSpans,
  writeParquetRecording,
  writeRecording,
} from "../../helpers/recording_fixture.ts";

const WRITERS = { DuckDB: writeRecording, Parquet: writeParquetRecording };
const LOAD: SpanKey = { name: "load", scope: "manual" };

let folder: string;
let count = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ferret-reader-"));
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** The only other way to the answer: sort and count. */
function naive(values: readonly number[], rank: number): number {
  return values.toSorted((a, b) => a - b)[rank - 1]!;
}

for (const [kind, write] of Object.entries(WRITERS)) {
  const record = async (...runs: RunFixture[]) => {
    const path = join(folder, kind === "DuckDB" ? `${++count}.duckdb` : `${++count}`);
    await write(path, runs);
    return path;
  };

  describe(`openRecording() of ${kind}`, () => {
    it("tells what is known of the run", async () => {
      const path = await record({
        run: { runId: "run-a", command: "app.ts", labels: { branch: "main" } },
        end: { exitCode: 3 },
        spans: [{ name: "a", durationNs: 5 }, { name: "b", durationNs: null }],
        losses: [
          { reason: "ring_full", count: 7 },
          { reason: "sampled", count: 2 },
          { reason: "not_kept", name: "b", scope: "db", count: 3, totalNs: 30, errors: 1 },
        ],
      });
      const reader = await openRecording(path);
      const { run } = reader;
      assert.equal(run.runId, "run-a");
      assert.equal(run.n, 1);
      assert.equal(run.command, "app.ts");
      assert.deepEqual(run.args, ["--port", "8000"]);
      assert.deepEqual(run.labels, { branch: "main" });
      assert.equal(run.exitCode, 3);
      assert.equal(run.signal, undefined);
      assert.equal(run.durationNs, RUN_DURATION_NS);
      assert.equal(run.startedAtMs, 1_790_000_000_000);
      assert.deepEqual([run.issued, run.stored, run.unfinished, run.lost], [14, 2, 1, 7]);
      assert.equal(run.sampling, undefined);
      const unnamed = { name: undefined, scope: undefined, totalNs: 0, errors: 0 };
      assert.deepEqual(await reader.losses(), [
        { reason: "not_kept", name: "b", scope: "db", count: 3, totalNs: 30, errors: 1 },
        { ...unnamed, reason: "ring_full", count: 7 },
        { ...unnamed, reason: "sampled", count: 2 },
      ]);
      reader.close();
    });

    it("tells what of the run was recorded", async () => {
      const spans = [{ name: "a", durationNs: 5 }];
      const sampling = { ratio: 0.1, maxSpansPerSecond: 500, keep: "errors" };
      const path = await record(
        { run: { runId: "run-a", sampling }, spans, traces: { decided: 90, taken: 10 } },
        { run: { runId: "run-b", sampling: { ratio: 0.5, maxSpansPerSecond: 0 } }, spans },
      );
      const { runs } = await openRecording(path);
      assert.deepEqual(runs.map(({ sampling }) => sampling), [
        { ...sampling, traces: 90, tracesTaken: 10 },
        {
          ratio: 0.5,
          maxSpansPerSecond: undefined,
          keep: undefined,
          traces: 0,
          tracesTaken: 0,
        },
      ]);
    });

    it("opens the last run, or the one that is named", async () => {
      const runs = ["aaa-1", "aab-2", "b-3"].map((runId, i) => ({
        run: { runId },
        spans: [{ name: `only in ${i + 1}`, durationNs: 10 * (i + 1) }],
      }));
      const path = await record(...runs);
      const nameIn = async (name: string, run?: string) => {
        const reader = await openRecording(name, { run });
        const [row] = await reader.spans().totals();
        const values = await reader.spans().valuesAt([{ keys: [row!], ranks: [1] }]);
        assert.equal(values[0]![0], row!.totalNs);
        assert.equal(reader.runs.length, 3);
        reader.close();
        return row!.name;
      };
      assert.equal(await nameIn(path), "only in 3");
      assert.equal(await nameIn(path, "1"), "only in 1");
      assert.equal(await nameIn(path, "aab"), "only in 2");
      assert.equal(await nameIn(`${path}#2`), "only in 2");
      const isNotThere = { code: "E_RECORDING_NO_SUCH_RUN" };
      await assert.rejects(openRecording(path, { run: "4" }), isNotThere);
      await assert.rejects(openRecording(path, { run: "" }), isNotThere);
      await assert.rejects(openRecording(path, { run: "aa" }), /2 runs have an id that begins/);
    });

    it("adds up spans by name and scope, without unfinished ones", async () => {
      const path = await record({
        spans: [
          { name: "load", durationNs: 300, selfNs: 100 },
          { name: "load", durationNs: 100, status: "error", parentId: 1 },
          { name: "load", durationNs: null },
          { name: "load", scope: "function", kind: "server", durationNs: 7 },
        ],
      });
      const reader = await openRecording(path);
      const totals = await reader.spans().totals();
      totals.sort((a, b) => a.count - b.count);
      assert.deepEqual(totals, [
        {
          name: "load",
          scope: "function",
          kind: "server",
          count: 1,
          errors: 0,
          roots: 1,
          totalNs: 7,
          selfNs: 7,
          minNs: 7,
          maxNs: 7,
        },
        {
          name: "load",
          scope: "manual",
          kind: "internal",
          count: 2,
          errors: 1,
          roots: 1,
          totalNs: 400,
          selfNs: 200,
          minNs: 100,
          maxNs: 300,
        },
      ]);
      const functions = { name: "load", scope: "function" };
      const values = await reader.spans().valuesAt([{ keys: [functions], ranks: [1] }, {
        keys: [functions, LOAD],
        ranks: [1, 2, 3],
      }]);
      assert.deepEqual(values, [[7], [7, 100, 300]]);
      reader.close();
    });

    it("measures self time and spans with attributes by themselves", async () => {
      const withRoute = (route: string, durationNs: number): SpanFixture => ({
        name: "load",
        durationNs,
        selfNs: durationNs / 10,
        attributes: { "http.route": route, "$a/b~c": "x%y" },
      });
      const path = await record({
        spans: [
          ...[1000, 3000, 2000].map((ns) => withRoute("/users/:id", ns)),
          withRoute("/users", 500),
          { name: "load", durationNs: 9999, attributes: "this is no JSON" },
          { name: "load", durationNs: 8888 },
        ],
      });
      const reader = await openRecording(path);
      const valuesOf = async (key: string, value: string, measure?: "self") => {
        const spans = reader.spans({ where: [{ key, value }], measure: measure ?? "duration" });
        const [row] = await spans.totals();
        if (row === undefined) return [];
        const ranks = Array.from({ length: row.count }, (_, i) => i + 1);
        return (await spans.valuesAt([{ keys: [LOAD], ranks }]))[0];
      };
      assert.deepEqual(await valuesOf("http.route", "/users/:id"), [1000, 2000, 3000]);
      assert.deepEqual(await valuesOf("http.route", "/users/:id", "self"), [100, 200, 300]);
      assert.deepEqual(await valuesOf("http.route", "/users*"), [500, 1000, 2000, 3000]);
      assert.deepEqual(await valuesOf("http.route", "/users\\*"), []);
      assert.deepEqual(await valuesOf("$a/b~c", "x%y"), [500, 1000, 2000, 3000]);
      assert.deepEqual(await valuesOf("$a/b~c", "x_y"), []);
      assert.deepEqual(await valuesOf("x' OR 1=1 --", "*"), []);
      reader.close();
    });

    it("finds exact values in any distribution (property)", async () => {
      const duration = fc.oneof(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 1_000_000, max: 1_010_000 }),
        fc.integer({ min: 0, max: 2 ** 45 }),
      );
      const percentiles = ["0.1", "50", "90", "99", "99.9", "100"].map(parsePercentile);
      await checkProperty(
        fc.asyncProperty(
          fc.array(duration, { minLength: 1, maxLength: 400 }),
          fc.array(duration, { maxLength: 100 }),
          async (a, b) => {
            const path = await record({
              spans: [
                ...a.map((durationNs) => ({ name: "load", durationNs })),
                ...b.map((durationNs) => ({ name: "other", durationNs })),
              ],
            });
            const reader = await openRecording(path);
            const all = [...a, ...b];
            const ranksOf = (values: number[]) =>
              percentiles.map((percentile) => nearestRank(percentile, values.length));
            const requests = [{ keys: [LOAD], ranks: ranksOf(a) }, {
              keys: [LOAD, { name: "other", scope: "manual" }],
              ranks: ranksOf(all),
            }];
            const [one, both] = await reader.spans().valuesAt(requests);
            assert.deepEqual(one, ranksOf(a).map((rank) => naive(a, rank)));
            assert.deepEqual(both, ranksOf(all).map((rank) => naive(all, rank)));
            const [estimates] = await reader.spans().estimatesAt(requests);
            for (const [i, estimate] of estimates!.entries()) {
              assert.ok(estimate >= one![i]! && estimate <= one![i]! * (1 + 1 / 64));
            }
            reader.close();
            await rm(path, { recursive: true });
          },
        ),
        { numRuns: kind === "DuckDB" ? 6 : 3 },
      );
    });

    it("gives the shape of a distribution", async () => {
      const path = await record({ spans: steppedSpans({ name: "load" }, 1000, 1000) });
      const reader = await openRecording(path);
      const [cells] = await reader.spans().histograms([LOAD]);
      assert.equal(cells!.reduce((sum, cell) => sum + cell.count, 0), 1000);
      assert.ok(cells!.every(({ cell }, i) => i === 0 || cell > cells![i - 1]!.cell));
      // 1 us to 1 ms are ten octaves of eight cells.
      assert.ok(cells!.length > 50 && cells!.length <= 81, String(cells!.length));
      reader.close();
    });

    it("agrees with quantile_disc", async () => {
      const spans = steppedSpans({ name: "load" }, 997, 1013);
      const path = await record({ run: { runId: "r" }, spans });
      const reader = await openRecording(path);
      const ranks = ["50", "90", "99", "99.9"].map((p) => nearestRank(parsePercentile(p), 997));
      const [values] = await reader.spans().valuesAt([{ keys: [LOAD], ranks }]);
      reader.close();
      const instance = await DuckDBInstance.create(kind === "DuckDB" ? path : ":memory:");
      const source = kind === "DuckDB" ? "spans" : `'${join(path, "r", "spans.parquet")}'`;
      const result = await (await instance.connect()).run(
        `SELECT unnest(quantile_disc(duration_ns, [0.5, 0.9, 0.99, 0.999])) FROM ${source}`,
      );
      assert.deepEqual((await result.getRows()).map(([value]) => Number(value)), values);
      instance.closeSync();
    });
  });
}

describe("SpanSet", () => {
  it("does not trust a histogram that is not that of the spans", async () => {
    const path = join(folder, "edited.duckdb");
    await writeRecording(path, [{ spans: steppedSpans({ name: "load" }, 100, 10) }]);
    const instance = await DuckDBInstance.create(path);
    await (await instance.connect()).run("DELETE FROM spans WHERE duration_ns > 500");
    instance.closeSync();
    const reader = await openRecording(path);
    const [row] = await reader.spans().totals();
    assert.equal(row!.count, 50);
    assert.equal(row!.maxNs, 500);
    assert.deepEqual(await reader.spans().valuesAt([{ keys: [LOAD], ranks: [50] }]), [[500]]);
    reader.close();
  });

  it("finds that the spans are not as the histogram says", async () => {
    const path = join(folder, "changed.duckdb");
    await writeRecording(path, [{ spans: steppedSpans({ name: "load" }, 1000, 1000) }]);
    const instance = await DuckDBInstance.create(path);
    await (await instance.connect()).run("UPDATE spans SET duration_ns = duration_ns * 1000");
    instance.closeSync();
    const reader = await openRecording(path);
    const values = await reader.spans().valuesAt([{ keys: [LOAD], ranks: [500, 990] }]);
    assert.deepEqual(values, [[500_000_000, 990_000_000]]);
    reader.close();
  });

  it("answers questions that are asked at once", async () => {
    const path = join(folder, "many.duckdb");
    const names = ["a", "b", "c", "d"];
    await writeRecording(path, [{
      spans: names.flatMap((name, i) => steppedSpans({ name }, 100, 1000 * (i + 1))),
    }]);
    const reader = await openRecording(path);
    const spans = reader.spans();
    const found = await Promise.all(names.map(async (name, i) => {
      const set = i % 2 === 0 ? spans : reader.spans({ measure: "self" });
      const keys = [{ name, scope: "manual" }];
      const [[values], [cells]] = await Promise.all([
        set.valuesAt([{ keys, ranks: [50] }]),
        set.histograms(keys),
      ]);
      return [values![0], cells!.reduce((sum, { count }) => sum + count, 0)];
    }));
    assert.deepEqual(found, names.map((_, i) => [50_000 * (i + 1), 100]));
    reader.close();
  });

  it("reads a recording without histograms", async () => {
    const path = join(folder, "bare.duckdb");
    await writeRecording(path, [{ spans: steppedSpans({ name: "load" }, 100, 10) }]);
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    for (const table of ["histograms", "losses", "threads", "ferret_meta"]) {
      await connection.run(`DROP TABLE ${table}`);
    }
    instance.closeSync();
    const reader = await openRecording(path);
    assert.deepEqual(await reader.spans().valuesAt([{ keys: [LOAD], ranks: [99] }]), [[990]]);
    assert.deepEqual(await reader.losses(), []);
    reader.close();
  });
});
