/**
 * Attributes that many spans have in common, such as those of all `GET` requests
 * that one server answered with 200: written once into a block of words, which
 * is then copied behind each record.
 *
 * @module
 */
import type { Attributes } from "../model/span.ts";
import {
  ATTRIBUTE_BOOLEAN,
  ATTRIBUTE_INTERNED,
  ATTRIBUTE_NUMBER,
} from "../ring/layout.ts";
import type { StringTable } from "./string_table.ts";

export class AttributeTemplate {
  /** What was encoded. */
  readonly attributes: Attributes;
  /** The attributes as they stand in a record. */
  readonly words: Int32Array;
  /** Numbers of strings that the ring may not know yet. */
  #unsent: number[] = [];

  /**
   * Only for few different values: each string is kept for the whole run.
   *
   * @param attributes Strings, numbers and booleans; others are left out.
   */
  constructor(attributes: Attributes, strings: StringTable) {
    this.attributes = attributes;
    const words: number[] = [];
    const double = new Float64Array(1);
    const halves = new Int32Array(double.buffer);
    for (const [key, value] of Object.entries(attributes)) {
      const keyId = strings.intern(key);
      if (keyId === 0) continue;
      if (typeof value === "string") {
        const valueId = strings.intern(value);
        words.push(keyId | (ATTRIBUTE_INTERNED << 24), valueId);
        this.#unsent.push(keyId, valueId);
      } else if (typeof value === "number") {
        double[0] = value;
        words.push(keyId | (ATTRIBUTE_NUMBER << 24), 0, halves[0]!, halves[1]!);
        this.#unsent.push(keyId);
      } else if (typeof value === "boolean") {
        words.push(keyId | (ATTRIBUTE_BOOLEAN << 24), value ? 1 : 0);
        this.#unsent.push(keyId);
      }
    }
    this.words = Int32Array.from(words);
  }

  /** Sends the definitions of all strings. @returns false when the ring has no room. */
  send(strings: StringTable): boolean {
    if (this.#unsent.length === 0) return true;
    for (const number of this.#unsent) {
      if (strings.sent[number] === 0 && !strings.send(number)) return false;
    }
    this.#unsent = [];
    return true;
  }
}
