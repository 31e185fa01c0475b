/** What somebody removes while it is written comes back, as far as anything still holds it. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { isBalanced } from "../../src/model/ledger.ts";
import { partialPath } from "../../src/store/partial.ts";
import { withFolder } from "../helpers/processes.ts";
import { testRun } from "../helpers/run_info.ts";
import {
  openTestWriter,
  OUTPUTS,
  queryRecording,
  TEST_END,
  type TestRing,
  testRing,
} from "../helpers/test_writer.ts";

const NAMES = "SELECT name, count(*)::INTEGER AS n FROM spans GROUP BY ALL ORDER BY name";

function makeSpans(ring: TestRing, name: string): void {
  for (let i = 0; i < 100; i++) ring.producer.span({ name, attributes: { i } });
}

/** A writer that has stored 100 spans in a folder of its own. */
async function begin(folder: string, name: string) {
  const out = join(folder, "made", name);
  mkdirSync(dirname(out));
  const run = testRun();
  const ring = testRing();
  const writer = await openTestWriter(out, [ring], { run });
  makeSpans(ring, "before");
  await writer.flush();
  return { out, run, ring, writer };
}

for (const [kind, name] of Object.entries(OUTPUTS)) {
  const keepsAll = kind === "duckdb";

  for (
    const [what, harm] of [
      ["its folder", (out: string) => rmSync(dirname(out), { recursive: true })],
      ["its partial", (_: string, partial: string) => rmSync(partial, { recursive: true })],
      [
        "its partial's name",
        (out: string, partial: string) => renameSync(partial, join(out, "../../moved")),
      ],
    ] as const
  ) {
    test(`RunWriter (${kind}) goes on when ${what} is gone, and counts what is`, () =>
      withFolder({}, async (folder) => {
        const { out, run, ring, writer } = await begin(folder, name);
        harm(out, partialPath(out, run.runId));
        makeSpans(ring, "after");
        await writer.flush();
        const report = await writer.finish(TEST_END);

        assert.equal(report.joined, true, report.problems.join("; "));
        assert.ok(isBalanced(report.ledger));
        assert.equal(report.ledger.issued, 200);
        assert.deepEqual(report.ledger.byReason, keepsAll ? {} : { writer_failed: 100 });
        assert.equal(report.problems.length, 1);
        assert.match(report.problems[0]!, keepsAll ? /has been put back/ : /^100 spans are lost/);
        const all = [{ name: "after", n: 100 }, { name: "before", n: 100 }];
        assert.deepEqual(await queryRecording(out, NAMES), keepsAll ? all : all.slice(0, 1));
        const histogram = "SELECT sum(count)::INTEGER AS n FROM histograms";
        assert.deepEqual(await queryRecording(out, histogram), [{ n: keepsAll ? 200 : 100 }]);
        assert.deepEqual(readdirSync(dirname(out)), [name.replace("/", "")]);
      }));
  }

  test(`RunWriter (${kind}) puts a run elsewhere when its folder cannot be made again`, () =>
    withFolder({}, async (folder) => {
      const { out, ring, writer } = await begin(folder, name);
      rmSync(dirname(out), { recursive: true });
      writeFileSync(dirname(out), "in the way");
      makeSpans(ring, "after");
      const report = await writer.finish(TEST_END);

      assert.equal(report.joined, true, report.problems.join("; "));
      assert.notEqual(report.path, out);
      try {
        assert.ok(report.problems.at(-1)!.includes(`"${report.path}"`), report.problems.join());
        assert.deepEqual(report.ledger.byReason, keepsAll ? {} : { writer_failed: 100 });
        const rows = await queryRecording(report.path, NAMES);
        assert.deepEqual(
          rows.map((row) => row["name"]),
          keepsAll ? ["after", "before"] : ["after"],
        );
      } finally {
        rmSync(dirname(report.path), { recursive: true });
      }
    }));

  test(`RunWriter (${kind}) goes on after a writer that died with what was put back`, () =>
    withFolder({}, async (folder) => {
      const { out, run, ring, writer } = await begin(folder, name);
      rmSync(dirname(out), { recursive: true });
      makeSpans(ring, "before");
      await writer.flush();
      writer.close();
      assert.ok(existsSync(partialPath(out, run.runId)));
      const next = await openTestWriter(out, [ring], { run });
      // The string was defined long ago.
      makeSpans(ring, "before");
      const report = await next.finish(TEST_END);
      assert.equal(report.joined, true, report.problems.join("; "));
      assert.ok(isBalanced(report.ledger));
      const rows = await queryRecording(out, NAMES);
      assert.deepEqual(rows, [{ name: "before", n: keepsAll ? 300 : 200 }]);
    }));
}
