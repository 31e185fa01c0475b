/**
 * Keeps ferret alive while its program is being signalled, and passes on what
 * only ferret was sent.
 *
 * A terminal sends Ctrl-C to every process of the foreground group, so the
 * program has got it already and must not get it twice; `kill <pid of ferret>`
 * reaches ferret alone. The two look the same to a signal handler. So a witness
 * runs in the same group: a `cat` that waits for input and dies of whatever is
 * sent to the group. If it dies with the signal, the program got it too.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { isatty } from "node:tty";

/** Signals that ferret outlives and may pass on. */
const SIGNALS: readonly NodeJS.Signals[] = process.platform === "win32"
  ? ["SIGINT", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"];

/** Signals that a terminal's keys send: those nobody passes on when there is no witness. */
const TERMINAL_SIGNALS: readonly string[] = ["SIGINT", "SIGQUIT"];

/** The group is signalled at once; this is the time until ferret hears that the witness died. */
const WITNESS_MS = 100;

/** Stands between ferret's signals and the program from construction to `stop()`. */
export class SignalForwarder {
  readonly #handlers = new Map<NodeJS.Signals, () => void>();
  readonly #pending = new Map<NodeJS.Signals, ReturnType<typeof setTimeout>>();
  #program: ChildProcess | undefined;
  #witness: ChildProcess | undefined;
  #witnessedAtMs = -Infinity;
  #isStopped = false;

  constructor() {
    for (const signal of SIGNALS) {
      const handler = () => this.#onSignal(signal);
      this.#handlers.set(signal, handler);
      process.on(signal, handler);
    }
  }

  /** Begins to pass signals on to `program`. */
  attach(program: ChildProcess): void {
    this.#program = program;
    this.#postWitness();
  }

  /** The program has ended: from now on signals are swallowed, so that the recording is finished. */
  detach(): void {
    this.#program = undefined;
    for (const timer of this.#pending.values()) clearTimeout(timer);
    this.#pending.clear();
  }

  /** Gives the signals their usual effect again. */
  stop(): void {
    this.#isStopped = true;
    this.detach();
    for (const [signal, handler] of this.#handlers) process.off(signal, handler);
    this.#witness?.kill("SIGKILL");
  }

  #onSignal(signal: NodeJS.Signals): void {
    if (this.#program === undefined || this.#pending.has(signal)) return;
    if (performance.now() - this.#witnessedAtMs < WITNESS_MS) return;
    if (this.#witness === undefined) {
      const isFromTerminal = TERMINAL_SIGNALS.includes(signal) && isatty(0);
      if (!isFromTerminal) this.#forward(signal);
      return;
    }
    const timer = setTimeout(() => {
      this.#pending.delete(signal);
      this.#forward(signal);
    }, WITNESS_MS);
    this.#pending.set(signal, timer);
  }

  #forward(signal: NodeJS.Signals): void {
    const pid = this.#program?.pid;
    if (pid === undefined) return;
    try {
      // Not ChildProcess.kill: on Deno that makes any later exit look like a death by the signal.
      process.kill(pid, signal);
    } catch {
      // It ended just now.
    }
  }

  #postWitness(): void {
    if (process.platform === "win32") return;
    // Its input ends when ferret does, however ferret ends.
    const witness = spawn("cat", [], { stdio: ["pipe", "ignore", "ignore"] });
    this.#witness = witness;
    witness.on("error", () => this.#witness = undefined);
    witness.on("exit", (_code, signal) => {
      if (this.#isStopped) return;
      this.#witness = undefined;
      if (signal === null) return;
      this.#witnessedAtMs = performance.now();
      for (const timer of this.#pending.values()) clearTimeout(timer);
      this.#pending.clear();
      if (this.#program !== undefined) this.#postWitness();
    });
    witness.stdin?.on("error", () => {});
    // A container may have no `cat`; Deno has nothing to let go of then.
    if (witness.pid !== undefined) witness.unref();
  }
}
