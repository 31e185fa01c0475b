/**
 * Runs that are to end before the program does: after `--duration`, or with the
 * command of `--on-ready`. Says what the exit code is then.
 *
 * @module
 */
import { formatDuration } from "../../src/model/duration.ts";
import type { ListeningAddress } from "../../src/runtime/listening_address.ts";
import { GracefulEnd } from "./graceful_end.ts";
import type { ProgramEnd } from "./program.ts";
import { ReadyCommand } from "./ready_command.ts";

/** A command that has lost its program gets this long to end by itself. */
const COMMAND_GRACE_MS = 5_000;

/** Longest time that timers take: 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** When a run is to end. */
export interface PlannedEndOptions {
  pid: number;
  durationNs: number | undefined;
  onReady: string | undefined;
  /** Where the program listens, if it does. */
  find: () => ListeningAddress | undefined;
}

/** What came of it. */
export interface Outcome {
  exitCode: number;
  /** Sentences for the user. */
  notes: string[];
  /** What the user has to know, summary or not. */
  problems: string[];
}

export class PlannedEnd {
  readonly #options: PlannedEndOptions;
  readonly #program: GracefulEnd;
  readonly #command: ReadyCommand | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isTimeUp = false;

  /** Begins to count and to look; the program has been started. */
  constructor(options: PlannedEndOptions) {
    const { pid, durationNs, onReady, find } = options;
    this.#options = options;
    this.#program = new GracefulEnd(pid);
    if (durationNs !== undefined) {
      const delayMs = Math.min(durationNs / 1e6, MAX_TIMER_MS);
      this.#timer = setTimeout(() => this.#timeIsUp(), delayMs);
    }
    if (onReady !== undefined) {
      const onEnd = () => this.#program.begin();
      this.#command = new ReadyCommand({ command: onReady, find, onEnd });
    }
  }

  /** The program has ended. Resolves when nothing of ours runs any more. */
  async settle(end: ProgramEnd): Promise<Outcome> {
    clearTimeout(this.#timer);
    const wasAsked = this.#program.hasBegun;
    this.#program.stop();
    await this.#command?.stop(COMMAND_GRACE_MS);
    const isOurs = wasAsked && this.#program.isCauseOf(end);
    const outcome: Outcome = { exitCode: isOurs ? 0 : end.exitCode, notes: [], problems: [] };
    if (this.#isTimeUp) {
      outcome.notes.push(
        `ended after ${formatDuration(this.#options.durationNs!)}, as --duration says`,
      );
    }
    if (this.#command !== undefined) this.#settleCommand(this.#command, outcome, wasAsked);
    return outcome;
  }

  #settleCommand(command: ReadyCommand, outcome: Outcome, wasAsked: boolean): void {
    if (!command.wasRun) {
      outcome.problems.push("the command of --on-ready was not run: the program did not listen");
      // Nothing was measured: that is no success.
      if (this.#isTimeUp) outcome.exitCode ||= 1;
      return;
    }
    // One that was cut off on purpose has not failed.
    const commandCode = command.wasEnded ? 0 : command.exitCode!;
    if (commandCode !== 0) {
      outcome.notes.push(`the command of --on-ready ended with exit code ${commandCode}`);
    }
    // How a program ends that has served its purpose is nobody's concern.
    const programCode = wasAsked ? 0 : outcome.exitCode;
    outcome.exitCode = programCode || commandCode;
  }

  #timeIsUp(): void {
    this.#isTimeUp = true;
    void this.#command?.stop(0);
    this.#program.begin();
  }
}
