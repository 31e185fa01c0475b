/**
 * Names and attribute keys by number: a string crosses the ring once.
 *
 * A definition is never lost: while the ring has no room for it, the string
 * counts as unsent and is offered again with the next span that needs it.
 *
 * @module
 */
import { RECORD_STRING } from "../ring/layout.ts";
import type { RingProducer } from "../ring/producer.ts";
import { truncateUtf8, utf8Length, writeUtf8 } from "./text.ts";
import { Map } from "../runtime/intrinsics.ts";

/** Names computed at run time that get a number; later ones travel inline. */
export const MAX_COMPUTED_NAMES = 4096;
/** Names known from the source. A program with more functions than this has them inline. */
const MAX_NAMES = 262_144;
/** Longest name that is kept. */
export const MAX_NAME_BYTES = 2048;

export class StringTable {
  readonly #producer: RingProducer;
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [""];
  /** 1 where the definition is in the ring. Number 0 is the empty name and needs none. */
  readonly sent: Uint8Array = new Uint8Array(MAX_NAMES);
  /** Strings that have a number and whose definition is not in the ring. */
  unsentCount = 0;
  #computed = 0;
  /** What was asked for last: most often it is asked for again. */
  #lastText: string | undefined;
  #lastNumber = 0;

  constructor(producer: RingProducer) {
    this.#producer = producer;
    this.sent[0] = 1;
  }

  /** The number of a string that the source of the program holds, or 0 when the table is full. */
  intern(text: string): number {
    return this.#numbers.get(text) ?? this.#add(text);
  }

  /** The number of a string made at run time, or 0 when there are too many of them. */
  internComputed(text: string): number {
    if (text === this.#lastText) return this.#lastNumber;
    let number = this.#numbers.get(text);
    if (number === undefined) {
      // The start of it is the name, so that no long text is kept.
      if (text.length > MAX_NAME_BYTES) {
        return this.internComputed(truncateUtf8(text, MAX_NAME_BYTES));
      }
      if (this.#computed >= MAX_COMPUTED_NAMES) return 0;
      this.#computed++;
      number = this.#add(text);
    }
    this.#lastText = text;
    this.#lastNumber = number;
    return number;
  }

  textOf(number: number): string {
    return this.#texts[number] ?? "";
  }

  /** Puts the definition of `number` into the ring. @returns false when there is no room. */
  send(number: number): boolean {
    const text = this.#texts[number]!;
    const bytes = utf8Length(text);
    const at = this.#producer.reserve((16 + bytes + 7) & ~7);
    if (at < 0) return false;
    const { i32, u8 } = this.#producer.memory;
    i32[at] = (16 + bytes + 7) & ~7;
    i32[at + 1] = RECORD_STRING;
    i32[at + 2] = number;
    i32[at + 3] = bytes;
    writeUtf8(u8, at * 4 + 16, text, bytes);
    this.#producer.publish();
    this.sent[number] = 1;
    this.unsentCount--;
    return true;
  }

  #add(text: string): number {
    const number = this.#texts.length;
    if (number >= MAX_NAMES) return 0;
    this.unsentCount++;
    this.#numbers.set(text, number);
    this.#texts[number] = truncateUtf8(text, MAX_NAME_BYTES);
    return number;
  }
}
