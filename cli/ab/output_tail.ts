/**
 * The end of what a command prints: all that is kept of it, for the case that
 * it fails.
 *
 * @module
 */
import type { Readable } from "node:stream";

const MAX_CHARS = 16 * 1024;

/** Lines that are shown. */
const LINES = 10;

export class OutputTail {
  readonly #show: (text: string) => void;
  #text = "";

  /** @param show Sees all of it as it comes. Default: nobody does. */
  constructor(show: (text: string) => void = () => {}) {
    this.#show = show;
  }

  /** Takes what a stream brings. */
  listen(stream: Readable | null): void {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      this.#show(text);
      this.#text = (this.#text + text).slice(-MAX_CHARS);
    });
    // It was closed with the command.
    stream?.on("error", () => {});
  }

  /** The last lines that hold anything. */
  lines(): string[] {
    return this.#text.split(/\r?\n/).filter((line) => line.trim() !== "").slice(-LINES);
  }

  /** The last of them as `format` writes it; empty when nothing was printed. */
  lastLine(format: (line: string) => string): string {
    const line = this.lines().at(-1);
    return line === undefined ? "" : format(line.trim());
  }
}
