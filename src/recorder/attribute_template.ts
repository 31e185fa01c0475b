/**
 * Attributes that many spans have in common, such as those of all `GET` requests
 * that one server answered with 200: one interned string holds them all, so a
 * record has 8 bytes of them. Texts that differ from span to span follow under
 * keys that are known beforehand, without a list of attributes being built.
 *
 * @module
 */
import type { Attributes } from "../model/span.ts";
import { ATTRIBUTE_MEMBERS, ATTRIBUTE_STRING } from "../ring/layout.ts";
import type { RingMemory } from "../ring/memory.ts";
import type { StringTable } from "./string_table.ts";
import { utf8Length, writeUtf8 } from "./text.ts";
import { hasOwnCharacters, JSON, sliceText } from "../runtime/intrinsics.ts";

/** Longest part that is copied char by char; longer ones are cut out and encoded. */
const COPIED_CHARS = 64;

export class AttributeTemplate {
  readonly #attributes: Attributes;
  readonly #textKeys: readonly [string, string];
  readonly #members: number;
  readonly #textKeyIds: readonly [number, number];
  /** The first text is a part of another, which is never cut out if that can be helped. */
  #whole = "";
  #from = 0;
  #to = 0;
  #part: string | undefined;
  #second: string | undefined;
  #firstBytes = 0;
  #secondBytes = 0;
  /** Numbers of strings that the ring may not know yet. */
  #unsent: number[];
  truncated = 0;

  /**
   * Only for few different values, which are kept for the whole run.
   *
   * @param attributes The same for all spans; less than 2,000 bytes of JSON.
   * @param textKeys Keys of two texts that are not the same.
   */
  constructor(strings: StringTable, attributes: Attributes, textKeys: readonly [string, string]) {
    this.#attributes = attributes;
    this.#textKeys = textKeys;
    this.#members = strings.intern(sliceText(JSON.stringify(attributes), 1, -1));
    this.#textKeyIds = [strings.intern(textKeys[0]), strings.intern(textKeys[1])];
    this.#unsent = [this.#members, ...this.#textKeyIds];
  }

  /**
   * Sets the texts of the span that is ended next: the first is what stands in
   * `whole` between `from` and `to`, the second may be missing.
   */
  fill(whole: string, from: number, to: number, second: string | undefined): void {
    this.#whole = whole;
    this.#from = from;
    this.#to = to;
    this.#part = undefined;
    this.#second = second;
  }

  /** All attributes of the span that is ended next. */
  entries(): [string, unknown][] {
    const [firstKey, secondKey] = this.#textKeys;
    return [
      ...Object.entries(this.#attributes),
      [firstKey, sliceText(this.#whole, this.#from, this.#to)],
      [secondKey, this.#second],
    ];
  }

  /** Sends the definitions of all strings. @returns false when the ring has no room. */
  sendKeys(strings: StringTable): boolean {
    if (this.#unsent.length === 0) return true;
    for (const number of this.#unsent) {
      if (strings.sent[number] === 0 && !strings.send(number)) return false;
    }
    this.#unsent = [];
    return true;
  }

  /** Bytes that the attributes take in a record, a multiple of 8. */
  measure(): number {
    this.#firstBytes = this.#measureFirst();
    const bytes = 16 + ((this.#firstBytes + 7) & ~7);
    if (this.#second === undefined) return bytes;
    this.#secondBytes = utf8Length(this.#second);
    return bytes + 8 + ((this.#secondBytes + 7) & ~7);
  }

  /** Writes at int32 index `at`, into the room that `measure` asked for. */
  write(memory: RingMemory, at: number): void {
    const { i32, u8 } = memory;
    i32[at] = ATTRIBUTE_MEMBERS << 24;
    i32[at + 1] = this.#members;
    const firstBytes = this.#firstBytes;
    i32[at + 2] = this.#textKeyIds[0] | (ATTRIBUTE_STRING << 24);
    i32[at + 3] = firstBytes;
    const byte = (at + 4) * 4;
    if (this.#part === undefined) {
      const whole = this.#whole;
      const from = this.#from;
      for (let i = 0; i < firstBytes; i++) u8[byte + i] = whole.charCodeAt(from + i);
    } else {
      writeUtf8(u8, byte, this.#part, firstBytes);
    }
    if (this.#second === undefined) return;
    at += 4 + ((firstBytes + 7) >> 3) * 2;
    i32[at] = this.#textKeyIds[1] | (ATTRIBUTE_STRING << 24);
    i32[at + 1] = this.#secondBytes;
    writeUtf8(u8, (at + 2) * 4, this.#second, this.#secondBytes);
  }

  #measureFirst(): number {
    const whole = this.#whole;
    const to = this.#to;
    let i = this.#from;
    if (to - i <= COPIED_CHARS && hasOwnCharacters()) {
      while (i < to && whole.charCodeAt(i) < 0x80) i++;
      if (i === to) return to - this.#from;
    }
    this.#part = sliceText(whole, this.#from, to);
    return utf8Length(this.#part);
  }
}
