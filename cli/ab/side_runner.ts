/**
 * Runs sides and reads what was recorded of them. A command that fails ends the
 * comparison: what it did until then is no measure of anything.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { readProfile } from "../../src/analysis/read_profile.ts";
import type { RunProfile } from "../../src/model/run_profile.ts";
import { formatDuration } from "../../src/model/duration.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { UsageError } from "../errors.ts";
import type { Side } from "./order.ts";
import { type AbSide, recordRun, type RunOutcome } from "./recorded_run.ts";
import type { RunningCommands } from "./running_commands.ts";
import { SIDE_NAMES } from "./sides.ts";

/** What runs need beside their side. */
export interface SideRunnerOptions {
  commands: RunningCommands;
  /** Private, for what is not kept. */
  folder: string;
  /** Where counted runs are kept. Default: nowhere. */
  out: string | undefined;
  /** Variables of all runs. */
  environment: Readonly<Record<string, string>>;
  ignoresFailure: boolean;
  /** Whether runs are ended by --on-ready or --duration. */
  canEnd: boolean;
  /** For messages. */
  maxTimeMs: number;
  /** Prints to stderr. */
  print: (text: string) => void;
  /** Whether what the programs print is shown. */
  showsOutput: boolean;
}

/** Which run it is, and how long it may take. */
export interface SideRunOptions {
  isWarmup: boolean;
  timeoutMs: number;
}

export class SideRunner {
  readonly #sides: Readonly<Record<Side, AbSide>>;
  readonly #options: SideRunnerOptions;
  readonly #counts: Record<Side, number> = { base: 0, head: 0 };

  constructor(sides: Readonly<Record<Side, AbSide>>, options: SideRunnerOptions) {
    this.#sides = sides;
    this.#options = options;
  }

  /**
   * Runs a side.
   *
   * @returns Undefined when it was cut off on purpose.
   * @throws {UsageError} when it failed.
   */
  async run(side: Side, { isWarmup, timeoutMs }: SideRunOptions): Promise<RunProfile | undefined> {
    const { commands, folder, out, environment, ignoresFailure } = this.#options;
    const isKept = out !== undefined && !isWarmup;
    const path = isKept ? out : join(folder, "run.duckdb");
    if (!isKept) rmSync(path, { force: true });
    const round = isWarmup ? 0 : ++this.#counts[side];
    const { print, showsOutput } = this.#options;
    const outcome = await recordRun(this.#sides[side], {
      recording: path,
      labels: { "ab.side": side, "ab.round": String(round) },
      environment,
      commands,
      timeoutMs,
      show: showsOutput ? print : () => {},
    });
    if (commands.signal !== undefined) return undefined;
    if (outcome.isTimeUp) {
      if (round > 1) return undefined;
      throw this.#neverEnded(side, outcome);
    }
    if (outcome.exitCode !== 0 && !ignoresFailure) throw this.#failed(side, outcome, round);
    const profile = await readLastRun(path);
    const labels = profile?.origin.labels;
    if (labels?.["ab.side"] === side && labels["ab.round"] === String(round)) return profile;
    this.#printEnd(outcome);
    throw new UsageError(`Cannot compare: the ${SIDE_NAMES[side]} was not recorded`);
  }

  #failed(side: Side, outcome: RunOutcome, round: number): UsageError {
    this.#printEnd(outcome);
    const when = round === 0 ? " while warming up" : round === 1 ? "" : ` in round ${round}`;
    return new UsageError(
      `Cannot compare: the ${SIDE_NAMES[side]} ended with exit code ${outcome.exitCode}${when}`,
      "--ignore-failure goes on all the same",
    );
  }

  #neverEnded(side: Side, outcome: RunOutcome): UsageError {
    this.#printEnd(outcome);
    const { maxTimeMs, canEnd } = this.#options;
    return new UsageError(
      `Cannot compare: the ${SIDE_NAMES[side]} was still running when --max-time was up, ` +
        formatDuration(maxTimeMs * 1e6),
      canEnd
        ? "--max-time allows for more"
        : "What does not end by itself needs --on-ready <command> or --duration <time>",
    );
  }

  /** The last lines that were printed, unless they were shown already. */
  #printEnd({ lines }: RunOutcome): void {
    if (this.#options.showsOutput) return;
    for (const line of lines) this.#options.print(`  ${sanitize(line)}\n`);
  }
}

/** Undefined when there is nothing that could be read. */
async function readLastRun(path: string): Promise<RunProfile | undefined> {
  const { openRecording } = await import("../../src/store/reader/open.ts");
  let reader;
  try {
    reader = await openRecording(path);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "RecordingError") throw error;
    return undefined;
  }
  try {
    return await readProfile(reader);
  } finally {
    reader.close();
  }
}
