/**
 * Crowds of threads and processes in one recording, as several tests record them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferretCommand, runProcess } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

/** Each thread is a start of a runtime, and each process too: on a busy machine that takes long. */
const TIMEOUT_MS = 300_000;

/** Path of a program of these tests. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

/** Runs a program under ferret, on its own runtime, and waits for its recording. */
export async function record(
  folder: string,
  runtime: RuntimeName,
  args: readonly string[],
): Promise<{ out: string; stdout: string }> {
  const out = join(folder, "out.duckdb");
  const options = ["--quiet", "--runtime", runtime, "--no-functions", "--ring-size", "1MiB"];
  const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
  const policy = ["--overflow", "block", "-o", out];
  const command = ferretCommand(["run", ...options, ...policy, ...flags, ...args], "deno");
  const { exitCode, stdout, stderr } = await runProcess(command, { timeoutMs: TIMEOUT_MS });
  assert.equal(exitCode, 0, stderr);
  return { out, stdout };
}

/** What must hold of every recording: the ledger's equation, and no id given out twice. */
export async function assertBooks(out: string): Promise<void> {
  const [books] = await query(
    out,
    `SELECT
       issued - stored - (SELECT coalesce(sum(count), 0)::BIGINT FROM losses) AS unaccounted,
       (SELECT count(*) FROM spans) = stored AS is_there,
       (SELECT count(DISTINCT span_id) FROM spans) = stored AS is_unique
     FROM runs`,
  );
  assert.deepEqual(books, { unaccounted: 0, is_there: true, is_unique: true });
  const losses = await query(out, "SELECT reason FROM losses WHERE reason <> 'cut_off'");
  assert.deepEqual(losses, []);
}
