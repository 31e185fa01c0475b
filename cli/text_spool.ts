/**
 * Texts that grow side by side and are read one after the other: in a file,
 * since together they may be larger than memory. The file has no name, so that
 * nothing of it is left behind however ferret ends.
 *
 * @module
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Spool } from "../src/export/speedscope.ts";

/** Characters of one text that are kept until they are written. */
const BUFFER_CHARS = 8 * 1024;

/** A text, as far as it was written and as far as it was not. */
interface SpooledText {
  /** Offsets and lengths in the file, one behind the other. */
  blocks: number[];
  parts: string[];
  length: number;
}

export class TextSpool implements Spool {
  readonly #fd: number;
  readonly #texts = new Map<number, SpooledText>();
  #end = 0;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  static create(): TextSpool {
    const folder = mkdtempSync(join(tmpdir(), "ferret-export-"));
    try {
      return new TextSpool(openSync(join(folder, "spool"), "wx+", 0o600));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  add(text: number, part: string): void {
    let spooled = this.#texts.get(text);
    if (spooled === undefined) {
      spooled = { blocks: [], parts: [], length: 0 };
      this.#texts.set(text, spooled);
    }
    spooled.parts.push(part);
    spooled.length += part.length;
    if (spooled.length >= BUFFER_CHARS) this.#write(spooled);
  }

  async *read(text: number): AsyncIterable<string> {
    const { blocks, parts } = this.#texts.get(text) ?? { blocks: [], parts: [] };
    for (let i = 0; i < blocks.length; i += 2) yield await Promise.resolve(this.#block(blocks, i));
    yield parts.join("");
  }

  /** Gives the file back. */
  close(): void {
    closeSync(this.#fd);
  }

  #write(spooled: SpooledText): void {
    const bytes = new TextEncoder().encode(spooled.parts.join(""));
    for (let at = 0; at < bytes.length;) {
      at += writeSync(this.#fd, bytes, at, bytes.length - at, this.#end + at);
    }
    spooled.blocks.push(this.#end, bytes.length);
    this.#end += bytes.length;
    spooled.parts = [];
    spooled.length = 0;
  }

  /** A block holds whole parts, so no character is cut in two. */
  #block(blocks: readonly number[], i: number): string {
    const [offset, length] = [blocks[i]!, blocks[i + 1]!];
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const count = readSync(this.#fd, bytes, at, length - at, offset + at);
      if (count === 0) throw new Error("Cannot read the spool: it has become shorter");
      at += count;
    }
    return new TextDecoder().decode(bytes);
  }
}
