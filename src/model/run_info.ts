/**
 * What is known about a run when it starts, and what its end adds.
 *
 * @module
 */
import type { Ledger } from "./ledger.ts";

/** Everything of the `runs` table that is known before the program starts. */
export interface RunInfo {
  /** Unique over all recordings: a UUID. */
  runId: string;
  /** Unix time in ns. A double is precise to 256 ns there, the table to 1 µs. */
  startedAtNs: number;
  command: string;
  args: string[];
  cwd: string;
  /** `deno`, `bun` or `node`. */
  runtime: string;
  runtimeVersion: string;
  ferretVersion: string;
  host: string;
  os: string;
  cpuCount: number;
  gitCommit?: string;
  gitBranch?: string;
  labels: Record<string, string>;
  /** How records left the program: `mapped`, `pipe` or `in-process`. */
  transport: string;
  /** Absent: everything is recorded. */
  sampling?: RunSampling;
  /**
   * What is taken out beside the secrets that ferret knows, as `--redact` has it;
   * false: nothing is taken out. Default none. Not kept in the recording.
   */
  redact?: string[] | false;
}

/** What of a run's spans is recorded. */
export interface RunSampling {
  /** Share of the traces that are taken, from 0 to 1. */
  ratio: number;
  /** Of each thread. 0: no limit. */
  maxSpansPerSecond: number;
  /** The rule of `--keep`, as text. */
  keep?: string;
}

/** How a run ended up in its recording. */
export type RunStatus = "complete" | "recovered" | "cut_off";

/** What is known about a run when it ends. */
export interface RunEnd {
  /** Unix time in ns. Absent when nobody has seen the end: then it is that of the last span. */
  endedAtNs?: number;
  exitCode?: number | undefined;
  /** `SIGKILL` and so on. */
  signal?: string | undefined;
  /** Default: `complete`. */
  status?: RunStatus;
}

/** What became of a run's recording. */
export interface FinishReport {
  /** The recording that the run was meant for. */
  path: string;
  /** Number of the run in the recording, 0 when it could not join it. */
  n: number;
  ledger: Ledger;
  /** Whether the run is in `path`. If not, it is in `partialPath`. */
  joined: boolean;
  status: RunStatus;
  partialPath?: string;
  /** Whether nothing is left in the rings that could still be stored. If not, recovering stores it. */
  isDurable: boolean;
  /** Spans that are only in the rings yet, and in no count of the ledger. */
  waiting: number;
  /** Sentences for the user, each said once: what failed and what was lost by it. */
  problems: string[];
  /** Cost of one span in ns as the program calibrated it, 0 when it did not. */
  spanCostNs: number;
}
