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

export class AttributeTemplate {
  readonly #attributes: Attributes;
  readonly #textKeys: readonly string[];
  readonly #members: number;
  readonly #textKeyIds: readonly number[];
  readonly #texts: (string | undefined)[] = [];
  readonly #lengths: number[] = [];
  /** Numbers of strings that the ring may not know yet. */
  #unsent: number[];
  truncated = 0;

  /**
   * Only for few different values, which are kept for the whole run.
   *
   * @param attributes The same for all spans; less than 2,000 bytes of JSON.
   * @param textKeys Keys of up to two texts that are not the same.
   */
  constructor(strings: StringTable, attributes: Attributes, textKeys: readonly string[] = []) {
    this.#attributes = attributes;
    this.#textKeys = textKeys;
    this.#members = strings.intern(JSON.stringify(attributes).slice(1, -1));
    this.#textKeyIds = textKeys.map((key) => strings.intern(key));
    this.#unsent = [this.#members, ...this.#textKeyIds];
  }

  /** Sets the texts of the span that is ended next, in the order of `textKeys`. */
  fill(first: string | undefined, second: string | undefined): void {
    this.#texts[0] = first;
    this.#texts[1] = second;
  }

  /** All attributes of the span that is ended next. */
  entries(): [string, unknown][] {
    return [
      ...Object.entries(this.#attributes),
      ...this.#textKeys.map((key, index): [string, unknown] => [key, this.#texts[index]]),
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
    let bytes = 8;
    for (let i = 0; i < this.#textKeyIds.length; i++) {
      const text = this.#texts[i];
      if (text === undefined) continue;
      const length = utf8Length(text);
      this.#lengths[i] = length;
      bytes += 8 + ((length + 7) & ~7);
    }
    return bytes;
  }

  /** Writes at int32 index `at`, into the room that `measure` asked for. */
  write(memory: RingMemory, at: number): void {
    const { i32, u8 } = memory;
    i32[at] = ATTRIBUTE_MEMBERS << 24;
    i32[at + 1] = this.#members;
    at += 2;
    for (let i = 0; i < this.#textKeyIds.length; i++) {
      const text = this.#texts[i];
      if (text === undefined) continue;
      const length = this.#lengths[i]!;
      i32[at] = this.#textKeyIds[i]! | (ATTRIBUTE_STRING << 24);
      i32[at + 1] = length;
      writeUtf8(u8, (at + 2) * 4, text, length);
      at += 2 + ((length + 7) >> 3) * 2;
    }
  }
}
