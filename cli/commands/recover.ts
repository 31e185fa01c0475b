/**
 * `ferret recover`: finishes what interrupted ferrets left behind, beside
 * recordings and in this machine's shared memory.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { runOfPartial, storeKind } from "../../src/store/partial.ts";
import { checkOutput } from "../../src/store/check_output.ts";
import type { RecoverOptions, RecoverReport } from "../../src/writer/interrupted_run.ts";
import { recover as recoverRuns, recoverWaiting } from "../../src/writer/recover.ts";
import type { Io } from "../io.ts";
import { DEFAULT_RECORDING } from "../default_recording.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { releaseRunFolder, sweepRunFolders } from "../run/run_folder.ts";

/** Options of `ferret recover`. */
export interface RecoverCommandOptions {
  /** Empty: `out.duckdb`, and all that waits on this machine. */
  recordings: readonly string[];
  /** Where runs go whose own folder is gone. */
  out?: string | undefined;
}

/** @returns 0, or 4 when something could not be recovered. */
export async function recover(options: RecoverCommandOptions, io: Io): Promise<number> {
  const { recordings, out: elsewhere } = options;
  if (elsewhere !== undefined) await checkOutput(elsewhere);
  const settings: RecoverOptions = { elsewhere, release: releaseRunFolder };
  const reports: RecoverReport[] = [];
  for (const recording of recordings.length === 0 ? [DEFAULT_RECORDING] : recordings) {
    const found = await recoverRuns(recordingOf(recording), settings);
    if (found.length === 0 && recordings.length > 0) {
      io.out(`Nothing to recover for ${sanitize(recording)}\n`);
    }
    reports.push(...found);
  }
  if (recordings.length === 0) {
    const known = new Set(reports.map(({ runId }) => runId));
    const waiting = await recoverWaiting(settings);
    reports.push(...waiting.filter(({ runId }) => !known.has(runId)));
    if (reports.length === 0) io.out("Nothing to recover\n");
  }
  sweepRunFolders();
  for (const report of reports) io.out(`${sanitize(describe(report))}\n`);
  return reports.some(({ outcome }) => outcome === "failed") ? 4 : 0;
}

/** A partial stands for the recording that it is for. */
function recordingOf(path: string): string {
  const at = path.lastIndexOf(".partial-");
  if (at < 0 || !existsSync(path) || runOfPartial(path).includes("/")) return path;
  const out = path.slice(0, at);
  return out === "" || storeKind(out) === "parquet" ? `${dirname(path)}/` : out;
}

function describe(report: RecoverReport): string {
  const { outcome, path, out, n, problem, pid } = report;
  const of = report.command === undefined ? "" : ` of ${report.command}`;
  switch (outcome) {
    case "recovered":
      return `Recovered run ${n} of ${report.report?.path ?? out}: ${booksOf(report)}`;
    case "joined":
      return `Added run ${n} to ${out}`;
    case "in_use":
      return `Left the run${of} for ${out} alone: it is being written`;
    case "running":
      return `Left the run${of} for ${out} alone: its program is still running, pid ${pid}`;
    case "failed": {
      const hint = report.isHomeless === true
        ? " (ferret recover --out <path> puts it elsewhere)"
        : "";
      const goal = out === "" ? "" : ` for ${out}`;
      return `Kept the run${of}${goal} in ${path}: ${problem}${hint}`;
    }
  }
}

function booksOf({ report }: RecoverReport): string {
  const { stored = 0, lost = 0 } = report?.ledger ?? {};
  const losses = [
    ...lost === 0 ? [] : [`${lost.toLocaleString("en-US")} lost`],
    ...report?.status === "cut_off" ? ["cut off"] : [],
  ];
  const spans = `${stored.toLocaleString("en-US")} span${stored === 1 ? "" : "s"}`;
  return `${spans}, ${losses.length === 0 ? "nothing lost" : losses.join(", ")}`;
}
