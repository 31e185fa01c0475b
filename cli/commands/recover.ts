/**
 * `ferret recover`: finishes what an interrupted `ferret run` left behind.
 *
 * @module
 */
import { recover as recoverPartials, type RecoverReport } from "../../src/writer/recover.ts";
import type { Io } from "../io.ts";

/** Options of `ferret recover`. */
export interface RecoverOptions {
  /** Default `out.duckdb`. */
  recording?: string | undefined;
}

/** @returns 0, or 4 when something could not be recovered. */
export async function recover(options: RecoverOptions, io: Io): Promise<number> {
  const recording = options.recording ?? "out.duckdb";
  const reports = await recoverPartials(recording);
  if (reports.length === 0) io.out(`Nothing to recover for ${recording}\n`);
  for (const report of reports) io.out(`${describe(report, recording)}\n`);
  return reports.some(({ outcome }) => outcome === "failed") ? 4 : 0;
}

function describe({ outcome, partialPath, n, report, problem }: RecoverReport, recording: string) {
  switch (outcome) {
    case "recovered": {
      const { stored = 0, lost = 0 } = report?.ledger ?? {};
      const losses = lost === 0 ? "nothing lost" : `${lost.toLocaleString("en-US")} lost`;
      return `Recovered run ${n} of ${recording}: ${
        stored.toLocaleString("en-US")
      } spans, ${losses}`;
    }
    case "joined":
      return `Added run ${n} to ${recording}`;
    case "in_use":
      return `Left ${partialPath} alone: it is still being written${
        problem === undefined ? "" : ` (${problem})`
      }`;
    case "failed":
      return `Kept ${partialPath}: ${problem}`;
  }
}
