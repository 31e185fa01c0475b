/**
 * Texts that grow side by side and are read one after the other: in files of a
 * private folder, since together they may be larger than memory.
 *
 * @module
 */
import { appendFileSync, createReadStream, existsSync } from "node:fs";
import { join } from "node:path";
import type { Spool } from "../src/export/speedscope.ts";
import { makeTemporaryFolder, removeTemporary } from "../src/runtime/temporary_paths.ts";

/** Characters of one text that are kept until they are written. */
const BUFFER_CHARS = 32 * 1024;

export class TextSpool implements Spool {
  readonly #folder: string;
  readonly #buffers = new Map<number, { parts: string[]; length: number }>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static create(): TextSpool {
    return new TextSpool(makeTemporaryFolder("ferret-export-"));
  }

  add(text: number, part: string): void {
    let buffer = this.#buffers.get(text);
    if (buffer === undefined) {
      buffer = { parts: [], length: 0 };
      this.#buffers.set(text, buffer);
    }
    buffer.parts.push(part);
    buffer.length += part.length;
    if (buffer.length < BUFFER_CHARS) return;
    appendFileSync(this.#path(text), buffer.parts.join(""), { mode: 0o600 });
    this.#buffers.delete(text);
  }

  async *read(text: number): AsyncIterable<string> {
    const path = this.#path(text);
    if (existsSync(path)) {
      for await (const piece of createReadStream(path, "utf8")) yield piece as string;
    }
    yield this.#buffers.get(text)?.parts.join("") ?? "";
  }

  /** Removes the texts. */
  close(): void {
    removeTemporary(this.#folder);
  }

  #path(text: number): string {
    return join(this.#folder, String(text));
  }
}
