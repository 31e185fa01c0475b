/**
 * Ends a program on purpose, as its user would at the terminal: Ctrl-C, which
 * reaches the program and what it has started; after a while the signals that
 * are harder to ignore.
 *
 * @module
 */
import { constants } from "node:os";
import process from "node:process";
import { processTree } from "../../src/runtime/process_tree.ts";
import type { ProgramEnd } from "./program.ts";

/** A signal, and when it is sent. */
export interface EndStep {
  signal: NodeJS.Signals;
  afterMs: number;
}

const STEPS: readonly EndStep[] = [
  { signal: "SIGINT", afterMs: 0 },
  { signal: "SIGTERM", afterMs: 5_000 },
  { signal: "SIGKILL", afterMs: 10_000 },
];

/** Ends one program. */
export class GracefulEnd {
  readonly #pid: number;
  readonly #steps: readonly EndStep[];
  readonly #sent = new Set<NodeJS.Signals>();
  #timers: ReturnType<typeof setTimeout>[] = [];
  #isOver = false;

  /** @param steps Default: Ctrl-C, after 5 seconds SIGTERM, after 10 SIGKILL. */
  constructor(pid: number, steps: readonly EndStep[] = STEPS) {
    this.#pid = pid;
    this.#steps = steps;
  }

  /** Whether the program was asked to end. */
  get hasBegun(): boolean {
    return this.#timers.length > 0;
  }

  /** Begins; asked again, it goes on as before. */
  begin(): void {
    if (this.hasBegun || this.#isOver) return;
    this.#timers = this.#steps.map(({ signal, afterMs }) =>
      setTimeout(() => this.#send(signal), afterMs)
    );
  }

  /** The program has ended: its process id may be somebody else's by now. */
  stop(): void {
    this.#isOver = true;
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** Whether it ended by one of our signals; a shell between us makes an exit code of that. */
  isCauseOf({ exitCode }: Pick<ProgramEnd, "exitCode">): boolean {
    return [...this.#sent].some((signal) => exitCode === 128 + constants.signals[signal]);
  }

  #send(signal: NodeJS.Signals): void {
    this.#sent.add(signal);
    for (const pid of processTree(this.#pid, { sameGroup: true })) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended just now.
      }
    }
  }
}
