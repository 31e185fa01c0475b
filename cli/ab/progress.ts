/**
 * Says how far a comparison is: on a terminal in one line that is rewritten,
 * elsewhere in a line for each look.
 *
 * @module
 */
import type { ComparisonReport } from "../../src/analysis/compare/comparison.ts";
import { countOf } from "../../src/model/numbers.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import type { Io } from "../io.ts";
import type { Judgement, RoundsProgress } from "./rounds.ts";

const CLEAR_LINE = "\r\x1b[K";
const STEP_MS = 500;
const BAR_WIDTH = 20;

/** Undecided questions that are named. */
const MAX_NAMED = 2;

/** A look and what it found. */
export interface AbJudgement extends Judgement {
  report: ComparisonReport;
}

/** What progress is made towards. */
export interface AbProgressOptions {
  maxRounds: number;
  maxTimeMs: number;
  isQuiet: boolean;
}

export class AbProgress {
  readonly #io: Pick<Io, "err" | "isErrTerminal">;
  readonly #options: AbProgressOptions;
  readonly #startedMs = performance.now();
  #timer: ReturnType<typeof setInterval> | undefined;
  #latest: RoundsProgress<AbJudgement> | undefined;
  #isShown = false;

  constructor(io: Pick<Io, "err" | "isErrTerminal">, options: AbProgressOptions) {
    this.#io = io;
    this.#options = options;
    if (options.isQuiet || io.isErrTerminal !== true) return;
    this.#timer = setInterval(() => this.#draw(), STEP_MS);
  }

  /** Takes note of a change. */
  update(progress: RoundsProgress<AbJudgement>): void {
    this.#latest = progress;
    if (this.#options.isQuiet) return;
    if (this.#io.isErrTerminal === true) this.#draw();
    else if (progress.isLook) this.#io.err(`ferret: ${this.#describe(progress)}\n`);
  }

  /** Makes room for a line of somebody else. */
  clear(): void {
    if (this.#isShown) this.#io.err(CLEAR_LINE);
    this.#isShown = false;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  #draw(): void {
    if (this.#latest === undefined) return;
    this.#isShown = true;
    // How far it is at least: it may be decided long before.
    const share = Math.max(
      this.#latest.rounds / this.#options.maxRounds,
      (performance.now() - this.#startedMs) / this.#options.maxTimeMs,
    );
    const full = Math.min(BAR_WIDTH, Math.round(share * BAR_WIDTH));
    const bar = "█".repeat(full) + "░".repeat(BAR_WIDTH - full);
    this.#io.err(`${CLEAR_LINE}${bar} ${this.#describe(this.#latest)}`);
  }

  #describe({ rounds, running, judgement, isLook }: RoundsProgress<AbJudgement>): string {
    const elapsed = `${Math.floor((performance.now() - this.#startedMs) / 1000)}s`;
    if (running === "warm-up") return `warming up, ${elapsed}`;
    const round = isLook
      ? `${countOf(rounds, "round")} of at most ${this.#options.maxRounds}`
      : `round ${rounds + 1} of at most ${this.#options.maxRounds}`;
    return [round, elapsed, ...undecidedText(judgement)].join(", ");
  }
}

/** "undecided: 2 of 6 (GET / p99, GET / avg)". */
export function undecidedText(judgement: Judgement | undefined): string[] {
  if (judgement === undefined) return [];
  const { asked, undecided } = judgement;
  if (undecided.length === 0) return ["all is decided"];
  const named = undecided.slice(0, MAX_NAMED).map(sanitize).join(", ");
  const more = undecided.length > MAX_NAMED ? ", …" : "";
  return [`undecided: ${undecided.length} of ${asked} (${named}${more})`];
}
