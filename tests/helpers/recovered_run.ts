/**
 * What tests of recovery do and check with ferret's command line.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ferretCommand, type ProcessResult, runProcess } from "./processes.ts";
import { queryRecording } from "./test_writer.ts";

/** Runs ferret, on Bun, which starts fastest. */
export function runFerret(
  cwd: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<ProcessResult> {
  return runProcess(ferretCommand(args, "bun"), { cwd, env });
}

/** Fails unless the recording has each span that the program made exactly once, and one open. */
export async function assertWhole(out: string, made: number, others = 0): Promise<void> {
  const [row] = await queryRecording(
    out,
    `SELECT r.status, r.issued, r.stored, r.unfinished, r.ended_at >= r.started_at AS isInOrder,
       (SELECT count(*) FROM runs) AS runs, count(*) AS spans, count(DISTINCT span_id) AS ids,
       count(DISTINCT attributes ->> '$.i') AS numbers,
       count(*) FILTER (s.name = 'open' AND s.status = 'unfinished') AS open
     FROM runs r JOIN spans s USING (run_id) GROUP BY ALL`,
  );
  const all = BigInt(made + 1 + others);
  assert.deepEqual(row, {
    status: "recovered",
    issued: all,
    stored: all,
    unfinished: 1n,
    isInOrder: true,
    runs: 1n,
    spans: all,
    ids: all,
    numbers: BigInt(made),
    open: 1n,
  });
}
