/** Every query of docs/queries.md runs, on a recording of a real program. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ferret } from "../helpers/ferret.ts";
import { ROOT, withFolder } from "../helpers/processes.ts";

test("docs/queries.md holds queries that work", () =>
  withFolder({}, async (folder) => {
    const recording = join(folder, "shop.duckdb");
    const flags = ["--runtime", "bun", "--quiet", "-o", recording];
    const recorded = await ferret(["run", ...flags, join(ROOT, "examples/checkout/main.ts")]);
    assert.equal(recorded.exitCode, 0, recorded.stderr);
    const text = readFileSync(join(ROOT, "docs/queries.md"), "utf8");
    const queries = [...text.matchAll(/```sql\n([^]*?)```/g)].map((match) => match[1]!);
    assert.ok(queries.length >= 10);
    for (const sql of queries) {
      const asked = await ferret(["query", sql, recording, "--format", "json"]);
      assert.equal(asked.exitCode, 0, `${sql}\n${asked.stderr}`);
      const rows = JSON.parse(asked.stdout) as unknown[];
      // The program has no database, and whether it stalls or fails is a matter of chance.
      if (!/scope = 'db'|eventloop|events e/.test(sql)) assert.ok(rows.length > 0, sql);
    }
  }));
