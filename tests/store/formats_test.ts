/**
 * Recordings of each version of the format, as the ferrets of their time wrote
 * them: `scripts/make_fixture.ts` makes them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { FORMAT_VERSION } from "../../src/store/schema.ts";
import { ferret } from "../helpers/ferret.ts";
import { withRingFolder } from "../helpers/own_ring_folder.ts";
import { ROOT, withFolder } from "../helpers/processes.ts";
import { testRun } from "../helpers/run_info.ts";
import { openTestWriter, TEST_END, testRing } from "../helpers/test_writer.ts";

const FORMATS = join(ROOT, "tests/fixtures/formats");

function unpack(version: string, folder: string): void {
  const packed = join(FORMATS, version);
  for (const name of readdirSync(packed, { recursive: true, encoding: "utf8" })) {
    if (!statSync(join(packed, name)).isFile()) continue;
    const path = join(folder, name.replace(/\.gz$/, ""));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, gunzipSync(readFileSync(join(packed, name))));
  }
}

async function answer(args: string[]): Promise<Record<string, unknown>> {
  const { exitCode, stdout, stderr } = await ferret(args);
  assert.notEqual(stdout, "", stderr);
  return { exitCode, ...JSON.parse(stdout) };
}

/** Later ferrets may say more. */
function assertContains(found: unknown, expected: unknown, path = ""): void {
  if (typeof expected !== "object" || expected === null) {
    assert.deepEqual(found, expected, path);
    return;
  }
  for (const [key, value] of Object.entries(expected)) {
    assertContains((found as Record<string, unknown>)?.[key], value, `${path}.${key}`);
  }
}

const versions = readdirSync(FORMATS);

test("there is a fixture for each version of the format", () => {
  const expected = Array.from({ length: FORMAT_VERSION }, (_, i) => String(i + 1));
  assert.deepEqual(versions.toSorted(), expected, "run scripts/make_fixture.ts");
});

for (const version of versions) {
  for (const [name, expectedName] of [["recording.duckdb", "duckdb"], ["recording/", ""]]) {
    test(`a recording of format ${version} (${name}) is read, finished and added to`, () =>
      withRingFolder(() =>
        withFolder({}, async (folder) => {
          unpack(version, folder);
          const out = join(folder, name!);
          const file = join(folder, `recording_${expectedName}.expected.json`);
          const expected = JSON.parse(readFileSync(file, "utf8"));

          // One run had only to join, one was cut off.
          const recovered = await ferret(["recover", out]);
          assert.equal(recovered.exitCode, 0, recovered.stdout);
          assert.match(recovered.stdout, /Added run 3 to .*\nRecovered run 4 of /);

          const ring = testRing();
          const writer = await openTestWriter(out, [ring], {
            run: testRun(),
            owner: { pid: process.pid, startTime: 0 },
          });
          ring.producer.span({ name: "new" });
          const { n, problems } = await writer.finish(TEST_END);
          assert.deepEqual([n, problems], [5, []]);

          const one = ["--run", "1", "--format", "json"];
          assertContains(await answer(["report", out, ...one]), expected.report);
          assertContains(await answer(["check", out, "--p99", "1s", ...one]), expected.check);
          const runs = await answer(["runs", out, "--format", "json"]);
          assertContains(runs, expected.runs);
          assert.deepEqual(
            (runs["runs"] as { status: string }[]).map(({ status }) => status),
            // What the rings of the one still held was not packed with it.
            ["complete", "complete", "complete", "cut_off", "complete"],
          );
          const last = await answer(["report", out, "--format", "json", "--run", "4"]);
          assert.equal((last["spans"] as unknown[]).length, 2);
        })
      ));
  }
}
