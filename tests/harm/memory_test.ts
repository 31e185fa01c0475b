/**
 * The memory of a program that records without end what is different each time
 * or never ends: it does not grow with what was recorded.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferretCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];
const PROGRAM = fileURLToPath(new URL("fixtures/endless.mjs", import.meta.url));
const FEW = 2_000;
const MANY = 20_000;
/** Less than a kilobyte for each of the 72,000 spans that are more. Garbage is in it as well. */
const MAX_GROWTH_MIB = 60;

async function memoryMib(runtime: RuntimeName, count: number): Promise<number> {
  return await withFolder({}, async (folder) => {
    const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
    const options = ["--quiet", "--runtime", runtime, "--no-functions", "--ring-size", "1MiB"];
    const out = ["-o", join(folder, "out.duckdb")];
    const args = ["run", ...options, ...out, ...flags, PROGRAM, ROOT, `${count}`];
    const { exitCode, stdout, stderr } = await runProcess(ferretCommand(args, "deno"));
    assert.equal(exitCode, 0, stderr);
    return Number(stdout);
  });
}

describe("A program that records without end", { concurrency: 3 }, () => {
  for (const runtime of RUNTIMES) {
    test(`needs no more memory for it on ${runtime}`, async () => {
      const few = await memoryMib(runtime, FEW);
      const many = await memoryMib(runtime, MANY);
      assert.ok(few > 0 && many > 0);
      assert.ok(many - few < MAX_GROWTH_MIB, `${few} MiB, then ${many} MiB`);
    });
  }
});
