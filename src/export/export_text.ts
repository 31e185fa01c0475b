/**
 * Pieces of text on their way into a file: gathered, so that a span is not a
 * write, and counted.
 *
 * @module
 */

const PIECE_CHARS = 64 * 1024;

/** Gathers lines or parts of JSON. */
export class TextPieces {
  #parts: string[] = [];
  #length = 0;

  add(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
  }

  /** What was gathered, when it is worth writing. */
  *full(): Iterable<string> {
    if (this.#length >= PIECE_CHARS) yield* this.rest();
  }

  /** What was gathered. */
  *rest(): Iterable<string> {
    if (this.#length === 0) return;
    const text = this.#parts.join("");
    this.#parts = [];
    this.#length = 0;
    yield text;
  }
}
