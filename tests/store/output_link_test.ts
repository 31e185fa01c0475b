import assert from "node:assert/strict";
import { chmodSync, lchownSync, lstatSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { checkOutput } from "../../src/store/check_output.ts";
import { followLinks } from "../../src/store/output_link.ts";
import { withFolder } from "../helpers/processes.ts";
import {
  openTestWriter,
  OUTPUTS,
  queryRecording,
  TEST_END,
  testRing,
} from "../helpers/test_writer.ts";

for (const [kind, name] of Object.entries(OUTPUTS)) {
  test(`A recording that is a link of one's own is where the link leads (${kind})`, () =>
    withFolder({}, async (folder) => {
      mkdirSync(join(folder, "data"));
      if (kind === "parquet") mkdirSync(join(folder, "data", name));
      const link = join(folder, name);
      symlinkSync(join("data", name), link.replace(/\/$/, ""));
      for (const n of [1, 2]) {
        await checkOutput(link);
        const ring = testRing();
        const writer = await openTestWriter(link, [ring]);
        ring.producer.span({ name: "call" });
        const report = await writer.finish(TEST_END);
        assert.equal(report.n, n, report.problems.join("; "));
      }
      assert.ok(lstatSync(link.replace(/\/$/, "")).isSymbolicLink());
      const rows = await queryRecording(
        join(folder, "data", name),
        "SELECT n FROM runs ORDER BY n",
      );
      assert.deepEqual(rows, [{ n: 1 }, { n: 2 }]);
      assert.deepEqual(readdirSync(folder).sort(), ["data", name.replace("/", "")]);
    }));
}

test("followLinks() refuses a stranger's link where everybody can put one", () =>
  withFolder({}, (folder) => {
    const link = join(folder, "out.duckdb");
    symlinkSync("/etc/elsewhere", link);
    chmodSync(folder, 0o1777);
    const getuid = process.getuid!;
    assert.equal(followLinks(link), "/etc/elsewhere");
    // Root may give its link away; anybody else is a stranger to the link.
    if (getuid() === 0) lchownSync(link, 12_345, 12_345);
    else process.getuid = () => 12_345;
    try {
      assert.throws(() => followLinks(link), { code: "E_OUTPUT_KIND" });
      chmodSync(folder, 0o755);
      assert.equal(followLinks(link), "/etc/elsewhere");
    } finally {
      process.getuid = getuid;
    }
    return Promise.resolve();
  }));

test("followLinks() refuses links that lead in circles", () =>
  withFolder({}, (folder) => {
    const link = join(folder, "out.duckdb");
    symlinkSync("out.duckdb", link);
    assert.throws(() => followLinks(link), { code: "E_OUTPUT_KIND" });
    return Promise.resolve();
  }));
