/**
 * `ferret run --repeat`: the same program several times, one run each in the
 * same recording, with a label that says that they belong together. What makes
 * one run differ from the next is what comparisons have to know.
 *
 * @module
 */
import { closeSync, openSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { SERIES_LABEL } from "../../src/model/run_series.ts";
import { makeTemporaryFolder, removeTemporary } from "../../src/runtime/temporary_paths.ts";
import { numbersText } from "../render/diff/diff_side.ts";
import type { RunRequest } from "./arguments.ts";
import type { LaunchPlan } from "./launch.ts";
import { createRunId } from "./run_info.ts";
import { keepInput } from "./series_input.ts";
import { runSession, type SessionReport } from "./session.ts";
import { quoted } from "./suggestion.ts";
import { sizeOf, summarize } from "./summary.ts";

/** What a series needs besides its plan. */
export interface SeriesOptions {
  request: RunRequest;
  /** Tells the user something, unless there is to be no summary. */
  say: (sentence: string) => void;
  /** Tells the user something in any case. */
  insist: (sentence: string) => void;
}

/** How a series, or a single run, ended. */
export interface SeriesReport {
  exitCode: number;
  /** Whether the last run is in the recording. */
  isRecorded: boolean;
}

/** Signals that end a program and the series with it. */
const ENDING_SIGNALS = process.platform === "win32"
  ? ["SIGINT", "SIGHUP"] as const
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"] as const;

/**
 * Runs a program as often as its options say, until a run ends with another
 * exit code than 0 or ferret is told to end.
 */
export async function runSeries(plan: LaunchPlan, options: SeriesOptions): Promise<SeriesReport> {
  const { out } = options.request.options;
  const series = new Series(plan, options);
  try {
    const numbers: number[] = [];
    let last = await series.warmUp();
    for (let i = 1; i <= options.request.options.repeat && series.goesOn(last); i++) {
      last = await series.record(i);
      if (last.recording?.joined === true) numbers.push(last.recording.n);
    }
    const { exitCode } = last!;
    if (numbers.length > 0) options.say(placeOf(last!, out, numbers));
    const isRecorded = last!.recording?.joined === true;
    if (series.signal === undefined) return { exitCode, isRecorded };
    options.insist(`${series.signal} ended the series`);
    // What was asked for has not been done, however the program took it.
    return { exitCode: exitCode || 128 + constants.signals[series.signal], isRecorded };
  } finally {
    series.close();
  }
}

class Series {
  /** The signal that ended it. */
  signal: NodeJS.Signals | undefined;
  readonly #plan: LaunchPlan;
  readonly #options: SeriesOptions;
  readonly #labels: Record<string, string>;
  readonly #folder = makeTemporaryFolder("ferret-series-");
  readonly #input: string | undefined;
  readonly #onSignal = (signal: NodeJS.Signals) => void (this.signal ??= signal);
  #isFirst = true;

  constructor(plan: LaunchPlan, options: SeriesOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#labels = { [SERIES_LABEL]: createRunId(), ...options.request.options.labels };
    this.#input = keepInput(join(this.#folder, "input"));
    for (const signal of ENDING_SIGNALS) process.on(signal, this.#onSignal);
  }

  /** Runs that are recorded beside the recording, and removed. @returns The last of them. */
  async warmUp(): Promise<SessionReport | undefined> {
    const { warmup } = this.#options.request.options;
    let last: SessionReport | undefined;
    for (let i = 1; i <= warmup && this.goesOn(last); i++) {
      const out = join(this.#folder, "warmup.duckdb");
      last = await this.#run(`warm-up ${i} of ${warmup}`, out);
    }
    return last;
  }

  async record(i: number): Promise<SessionReport> {
    const { repeat, out } = this.#options.request.options;
    return await this.#run(`run ${i} of ${repeat}`, out);
  }

  /** Whether another run makes sense after this one. */
  goesOn(last: SessionReport | undefined): boolean {
    return this.signal === undefined && (last === undefined || last.exitCode === 0);
  }

  close(): void {
    for (const signal of ENDING_SIGNALS) process.off(signal, this.#onSignal);
    removeTemporary(this.#folder);
  }

  async #run(title: string, out: string): Promise<SessionReport> {
    const { request, say, insist } = this.#options;
    const options = { ...request.options, out, labels: this.#labels };
    const input = this.#input === undefined ? undefined : openSync(this.#input, "r");
    try {
      const report = await runSession(this.#plan, {
        request: { ...request, options },
        // What holds for all of them is said once.
        say: this.#isFirst ? say : () => {},
        input,
      });
      this.#isFirst = false;
      for (const problem of report.problems) insist(`${title}: ${problem}`);
      // Where the runs are is told at the end.
      const lines = summarize(report, out)
        .slice(0, report.recording?.joined === true ? -1 : undefined);
      for (const line of lines) say(`${title}: ${line}`);
      if (report.exitCode !== 0) insist(`${title} ended with exit code ${report.exitCode}`);
      return report;
    } finally {
      if (input !== undefined) closeSync(input);
    }
  }
}

function placeOf({ recording }: SessionReport, out: string, numbers: readonly number[]): string {
  const path = recording?.joined === true ? recording.path : out;
  const runs = `run${numbers.length === 1 ? "" : "s"} ${numbersText(numbers)}`;
  const option = path === "out.duckdb" ? "" : ` <name> ${quoted(path)}`;
  return `${path} (${runs}, ${sizeOf(path)}), to compare with them: ferret baseline save${option}`;
}
