/**
 * Programs that change what ferret and the runtimes stand on: globals that are
 * frozen or gone, functions of the language that throw or that are the
 * program's own, and recorded like all of its functions. They do what they do
 * without ferret.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { runBoth } from "../helpers/run_both.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];
const FIXTURES = fileURLToPath(new URL("fixtures/", import.meta.url));

/** What is done to them, as fixtures/poisons.mjs names it; all of a row in one program. */
const POISONS: Record<string, { poisons: string[]; runtimes?: readonly RuntimeName[] }> = {
  "uses functions of its own in place of the language's": {
    poisons: [
      "call and apply of its own",
      "Reflect of its own",
      "JSON.stringify of its own",
      "Map of its own",
      "Array of its own",
      "EventEmitter",
      "its own globals",
    ],
  },
  "has functions of the language throw": { poisons: ["Reflect", "Atomics"] },
  // Deno itself does not start a timer without them, and Bun has another clock.
  "has clocks throw": { poisons: ["clocks"], runtimes: ["node"] },
  "has deleted globals, and added to prototypes": {
    poisons: [
      "deleted intrinsics",
      "names on Array.prototype",
      "options on Object.prototype",
      "getters on Object.prototype",
    ],
  },
  "has globals frozen, and getters and proxies that throw": {
    poisons: ["globals as a Proxy's", "getters that throw", "frozen globals"],
  },
  // Node itself can answer no request then, and Deno not end.
  "has prototypes frozen": { poisons: ["frozen prototypes"], runtimes: ["deno", "bun"] },
  "has globalThis frozen": { poisons: ["frozen globalThis"], runtimes: ["bun", "node"] },
  "has constructors and instanceof throw": {
    poisons: ["constructors that throw", "instanceof that throws"],
  },
};

describe("A program", { concurrency: 3 }, () => {
  for (const runtime of RUNTIMES) {
    for (const [what, { poisons, runtimes }] of Object.entries(POISONS)) {
      if (runtimes?.includes(runtime) === false) continue;
      test(`on ${runtime} that ${what} does what it does without ferret`, () =>
        withFolder({}, async (folder) => {
          const out = join(folder, "out.duckdb");
          const script = "poisoned.mjs";
          const { plain, recorded } = await runBoth(runtime, {
            cwd: FIXTURES,
            script,
            args: poisons,
            out,
          });
          assert.deepEqual(
            { exitCode: recorded.exitCode, stdout: recorded.stdout },
            { exitCode: plain.exitCode, stdout: plain.stdout },
            recorded.stderr,
          );
          const [books] = await query(
            out,
            `SELECT issued - stored - (SELECT coalesce(sum(count), 0)::BIGINT FROM losses) AS unaccounted
           FROM runs`,
          );
          assert.deepEqual(books, { unaccounted: 0 });
        }));
    }
  }
});
