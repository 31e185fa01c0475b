/**
 * A few words of shared memory by which a thread that cannot wait for messages,
 * because it is in an exit handler, tells the writer to flush or to finish and
 * waits for it.
 *
 * @module
 */
import type { RunEnd } from "../model/run_info.ts";

// As int32 indexes.
/** Rises by one with each command, and is what the writer sleeps on. */
const COMMAND_NUMBER = 0;
const COMMAND = 1;
/** Number of the last command that is done. */
const DONE_NUMBER = 2;
const EXIT_CODE = 3;
const HAS_EXIT_CODE = 4;
/** 1 once the writer is up and looks at its commands. */
const READY = 5;
const BYTES = 64;

/** What the writer can be told. */
export type Command = "flush" | "finish";

const CODES: readonly Command[] = ["flush", "finish"];

/** Creates the memory. */
export function createControl(): SharedArrayBuffer {
  return new SharedArrayBuffer(BYTES);
}

/** The end that tells and waits. */
export class ControlSender {
  readonly #words: Int32Array;

  constructor(control: SharedArrayBuffer) {
    this.#words = new Int32Array(control);
  }

  /**
   * Gives a command and blocks this thread until it is done.
   *
   * @returns false when it took longer than `timeoutMs`.
   */
  run(command: Command, options: { timeoutMs: number; exitCode?: number | undefined }): boolean {
    const words = this.#words;
    const end = performance.now() + options.timeoutMs;
    if (options.exitCode !== undefined) {
      words[EXIT_CODE] = options.exitCode;
      words[HAS_EXIT_CODE] = 1;
    }
    Atomics.store(words, COMMAND, CODES.indexOf(command));
    const number = Atomics.add(words, COMMAND_NUMBER, 1) + 1;
    Atomics.notify(words, COMMAND_NUMBER);
    for (;;) {
      const done = Atomics.load(words, DONE_NUMBER);
      if (done === number) return true;
      const leftMs = end - performance.now();
      if (leftMs <= 0) return false;
      Atomics.wait(words, DONE_NUMBER, done, leftMs);
    }
  }
}

/** The writer's end. */
export class ControlReceiver {
  readonly #words: Int32Array;
  #seen = 0;

  constructor(control: SharedArrayBuffer) {
    this.#words = new Int32Array(control);
    this.#seen = Atomics.load(this.#words, DONE_NUMBER);
    Atomics.store(this.#words, READY, 1);
  }

  /** The command that waits to be done. */
  get pending(): Command | undefined {
    if (Atomics.load(this.#words, COMMAND_NUMBER) === this.#seen) return undefined;
    return CODES[Atomics.load(this.#words, COMMAND)];
  }

  /** How the program ended, for `finish`. */
  get end(): RunEnd {
    const words = this.#words;
    return {
      endedAtNs: Date.now() * 1e6,
      ...(words[HAS_EXIT_CODE] === 1 ? { exitCode: words[EXIT_CODE]! } : {}),
    };
  }

  /** Lets the waiting thread go on. */
  confirm(): void {
    this.#seen = Atomics.load(this.#words, COMMAND_NUMBER);
    Atomics.store(this.#words, DONE_NUMBER, this.#seen);
    Atomics.notify(this.#words, DONE_NUMBER);
  }

  /** Resolves when a command comes, or after `ms`. Undefined where that cannot be awaited. */
  wait(ms: number): Promise<unknown> | undefined {
    if (typeof Atomics.waitAsync !== "function") return undefined;
    const { async: isAsync, value } = Atomics.waitAsync(
      this.#words,
      COMMAND_NUMBER,
      this.#seen,
      ms,
    );
    return isAsync ? value : Promise.resolve(value);
  }
}
