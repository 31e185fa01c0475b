/**
 * The command that a comparison waits for, and how it is ended: by a signal
 * that ferret got, or because its time is up. Then nothing more is started.
 *
 * @module
 */
import type { ChildProcess } from "node:child_process";
import process from "node:process";
import { GracefulEnd } from "../run/graceful_end.ts";
import { exitCodeOf } from "../exit_code.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What was printed may come after the end; a process that was left behind may hold it open. */
const OUTPUT_GRACE_MS = 1_000;

/** How a command ended. */
export interface CommandEnd {
  /** 128 + n when signal n ended it. */
  exitCode: number;
}

export class RunningCommands {
  /** The signal that ferret got, if it did. */
  signal: NodeJS.Signals | undefined;
  readonly #handlers: (readonly [NodeJS.Signals, () => void])[];
  #end: GracefulEnd | undefined;

  /** Begins to listen to signals; from now on they no longer end this process. */
  constructor() {
    this.#handlers = SIGNALS.map((signal) => [signal, () => this.#onSignal(signal)]);
    for (const [signal, handler] of this.#handlers) process.on(signal, handler);
  }

  /** Ends the command that is running, as Ctrl-C would, and harder if that does not help. */
  end(): void {
    this.#end?.begin();
  }

  /** Waits for a command that was just started. @throws when it could not be. */
  async ended(child: ChildProcess): Promise<CommandEnd> {
    const end = new GracefulEnd(child.pid ?? -1);
    this.#end = end;
    // It came while there was nothing to end.
    if (this.signal !== undefined) end.begin();
    try {
      return await new Promise<CommandEnd>((resolve, reject) => {
        child.on("error", reject);
        child.on("exit", (code, signal) => {
          end.stop();
          const exitCode = exitCodeOf(code, signal);
          const timer = setTimeout(() => resolve({ exitCode }), OUTPUT_GRACE_MS);
          child.on("close", () => {
            clearTimeout(timer);
            resolve({ exitCode });
          });
        });
      });
    } finally {
      this.#end = undefined;
    }
  }

  /** Gives the signals their usual effect again. */
  stop(): void {
    for (const [signal, handler] of this.#handlers) process.off(signal, handler);
  }

  #onSignal(signal: NodeJS.Signals): void {
    this.signal ??= signal;
    this.#end?.begin();
  }
}
