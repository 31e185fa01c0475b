/**
 * Processes that a program starts, on every pair of runtimes, in one recording;
 * and nothing of it to be seen in them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { runBoth } from "../helpers/run_both.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];
const FIXTURES = fileURLToPath(new URL("fixtures/joining/", import.meta.url));

/** What starts a script on a runtime. */
function commandOf(runtime: RuntimeName): string[] {
  return runtime === "deno" ? ["deno", "run", "-A"] : [runtime];
}

for (const runtime of RUNTIMES) {
  for (const childRuntime of RUNTIMES) {
    test(`processes of ${childRuntime} that a program of ${runtime} starts join its recording`, () =>
      withFolder({}, async (folder) => {
        const out = join(folder, "out.duckdb");
        const args = [JSON.stringify(commandOf(childRuntime))];
        const { plain, recorded } = await runBoth(runtime, {
          cwd: FIXTURES,
          script: "parent.mjs",
          args,
          out,
        });
        assert.deepEqual(recorded, plain);
        assert.equal(plain.exitCode, 0, plain.stderr);

        const started = plain.stdout.match(/^(?:null )?\d* ?[\w.]+ \d+ \[/gm)!.length +
          (runtime === "bun" ? 1 : 0);
        const children = await query(
          out,
          `SELECT c.name, p.scope, c.trace_id = p.trace_id AS shares, c.process_id <> p.process_id AS elsewhere
           FROM spans c JOIN spans p ON c.parent_span_id = p.span_id WHERE c.name = 'work'`,
        );
        assert.equal(children.length, started, plain.stdout);
        for (const child of children) {
          assert.deepEqual({ ...child, scope: "process" }, {
            name: "work",
            scope: "process",
            shares: true,
            elsewhere: true,
          });
        }
        const threads = await query(
          out,
          "SELECT parent_process_id AS parent, kind FROM threads WHERE process_id > 0",
        );
        assert.deepEqual(
          threads,
          children.map(() => ({ parent: 0, kind: "main" })),
        );
        const [failed] = await query(
          out,
          "SELECT count(*) AS n FROM spans WHERE scope = 'process' AND status = 'error'",
        );
        assert.equal(failed!["n"], runtime === "node" ? 1 : 2);
      }));
  }
}

for (const flags of [["-A"], ["--allow-run", "--allow-read", "--allow-env"]]) {
  test(`Deno processes with few permissions join the recording of one with ${flags.join(" ")}`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, "out.duckdb");
      const script = "limited.ts";
      const { plain, recorded } = await runBoth("deno", { cwd: FIXTURES, script, flags, out });
      // Their permissions are what they would be.
      assert.deepEqual(recorded, plain);
      assert.match(
        plain.stdout,
        /^prompt,granted,prompt,prompt,prompt prompt \[\]$/m,
      );
      const rows = await query(
        out,
        "SELECT parent_name, process_id > 0 AS elsewhere FROM spans WHERE name = 'states'",
      );
      const expected = { parent_name: "spawn deno", elsewhere: true };
      assert.deepEqual(rows, [expected, expected]);
    }));
}

for (const runtime of RUNTIMES) {
  test(`workers of node:cluster answer as before on ${runtime}, and join where they can`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, "out.duckdb");
      const { plain, recorded } = await runBoth(runtime, {
        cwd: FIXTURES,
        script: "cluster.mjs",
        args: [],
        out,
      });
      assert.deepEqual(recorded, plain);
      assert.equal(plain.exitCode, 0, plain.stderr);
      const requests = await query(
        out,
        `SELECT parent_name, process_id > 0 AS elsewhere, count(*) AS n FROM spans
         WHERE scope = 'http.server' GROUP BY ALL`,
      );
      // The request goes on in the process that answers it.
      const joined = [{ parent_name: "GET", elsewhere: true, n: 6 }];
      assert.deepEqual(requests, runtime === "deno" ? [] : joined);
    }));
}
