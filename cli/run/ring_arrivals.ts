/**
 * Rings of workers and child processes on their way to the writer, which comes
 * up after the program has begun to run.
 *
 * @module
 */
import type { WriterClient } from "../../src/writer/client.ts";
import type { RingSource } from "../../src/writer/ring_source.ts";

export class RingArrivals {
  readonly #problems: string[];
  readonly #waiting: RingSource[] = [];
  #writer: WriterClient | undefined;
  #passed: Promise<void> = Promise.resolve();

  constructor(problems: string[]) {
    this.#problems = problems;
  }

  add(source: RingSource): void {
    if (this.#writer === undefined) this.#waiting.push(source);
    else this.#pass(this.#writer, source);
  }

  passTo(writer: WriterClient | undefined): void {
    if (writer === undefined) return;
    this.#writer = writer;
    for (const source of this.#waiting.splice(0)) this.#pass(writer, source);
  }

  /** Resolves when the writer has all that came. */
  passed(): Promise<void> {
    return this.#passed;
  }

  /** In their order: a recovery numbers them by it. */
  #pass(writer: WriterClient, source: RingSource): void {
    this.#passed = this.#passed.then(() => writer.addRing(source)).catch((error: unknown) => {
      this.#problems.push(`a worker or process is not recorded: ${(error as Error).message}`);
    });
  }
}
