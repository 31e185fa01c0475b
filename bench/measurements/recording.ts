/**
 * From the program's end to a complete recording, and how large it is.
 *
 * @module
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Bench, Figure, Measurement } from "../figure.ts";
import type { SteadyResult } from "../programs/steady_result.ts";
import { lastJson, readReport, recordedCommand, run } from "../processes.ts";

const SPANS = 3_000_000;

/** Slow enough that nothing is lost, or the figures would be of fewer spans. */
const RATE = 300_000;

export const recording: Measurement = {
  name: "recording",
  title: `A recording of ${SPANS.toLocaleString("en")} spans without attributes`,
  async run(bench: Bench): Promise<Figure[]> {
    const duckdb = await record(bench, "close.duckdb");
    const parquet = await record(bench, "close.parquet");
    return [
      {
        what: "from the program's end to the complete file",
        value: duckdb.closeMs / 1000,
        unit: "s",
        goal: { limit: 0.5, is: "at most" },
      },
      {
        what: "DuckDB, a span",
        value: duckdb.bytes / duckdb.stored,
        unit: "bytes",
        goal: { limit: 14, is: "at most" },
      },
      {
        what: "Parquet, a span",
        value: parquet.bytes / parquet.stored,
        unit: "bytes",
        goal: { limit: 8, is: "at most" },
      },
    ];
  },
};

async function record(
  bench: Bench,
  out: string,
): Promise<{ closeMs: number; bytes: number; stored: number }> {
  const ended = await run(recordedCommand(bench, {
    out,
    flags: ["--no-functions"],
    program: "steady.ts",
    args: [`${RATE}`, `${SPANS / RATE}`, "0"],
  }));
  const { loss } = await readReport(bench, out);
  return {
    closeMs: ended.endedAtMs - lastJson<SteadyResult>(ended).endedAtMs,
    bytes: sizeOf(join(bench.folder, out)),
    stored: loss.stored,
  };
}

function sizeOf(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
