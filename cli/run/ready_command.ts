/**
 * `--on-ready`: waits until the program listens, then runs a command against it.
 * The command speaks on stderr, since stdout is the program's.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import type { ListeningAddress } from "../../src/runtime/listening_address.ts";
import { startingEnvironment } from "../../src/runtime/environment.ts";
import { GracefulEnd } from "./graceful_end.ts";
import { exitCodeOf } from "../exit_code.ts";

/** How often to look whether the program listens: where that costs little, and where it does not. */
const POLL_MS = process.platform === "linux" ? 50 : 500;

/** What a command needs. */
export interface ReadyCommandOptions {
  /** For the shell. */
  command: string;
  /** Where the program listens, if it does. */
  find: () => ListeningAddress | undefined;
  /** The command has ended. */
  onEnd: () => void;
}

/** Waits for the program, then runs the command. */
export class ReadyCommand {
  /** Exit code of the command once it has ended, 128 + n when a signal ended it. */
  exitCode: number | undefined;
  readonly #options: ReadyCommandOptions;
  #poll: ReturnType<typeof setInterval> | undefined;
  #process: ChildProcess | undefined;
  #end: GracefulEnd | undefined;
  #ended = Promise.resolve();

  constructor(options: ReadyCommandOptions) {
    this.#options = options;
    this.#poll = setInterval(() => this.#look(), POLL_MS);
  }

  /** Whether the program came to listen, so that the command was run. */
  get wasRun(): boolean {
    return this.#process !== undefined;
  }

  /** Whether it ended because we wanted it to. */
  get wasEnded(): boolean {
    return this.exitCode !== undefined && this.#end!.isCauseOf({ exitCode: this.exitCode });
  }

  /** Ends the command, or never runs it. Resolves when it has ended, within `graceMs` by itself. */
  async stop(graceMs: number): Promise<void> {
    clearInterval(this.#poll);
    if (!this.wasRun || this.exitCode !== undefined) return;
    const timer = setTimeout(() => this.#end!.begin(), graceMs);
    await this.#ended;
    clearTimeout(timer);
  }

  #look(): void {
    const address = this.#options.find();
    if (address === undefined) return;
    clearInterval(this.#poll);
    this.#run(address);
  }

  #run({ host, port }: ListeningAddress): void {
    const child = spawn(this.#options.command, {
      shell: true,
      stdio: ["ignore", 2, 2],
      env: {
        ...startingEnvironment(),
        FERRET_PORT: String(port),
        FERRET_URL: `http://${host}:${port}`,
      },
    });
    this.#process = child;
    this.#end = new GracefulEnd(child.pid ?? -1);
    this.#ended = new Promise((resolve) => {
      const end = (exitCode: number) => {
        this.exitCode ??= exitCode;
        this.#end?.stop();
        this.#options.onEnd();
        resolve();
      };
      child.on("exit", (code, signal) => {
        end(exitCodeOf(code, signal));
      });
      // There is no shell.
      child.on("error", () => end(127));
    });
  }
}
