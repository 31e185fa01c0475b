/**
 * The strings that one ring has defined: as numbers of the run's texts for
 * names, as quoted bytes for attributes.
 *
 * @module
 */
import type { Secrecy } from "../model/secret_names.ts";
import { Redactor } from "../redaction/redactor.ts";
import { NO_TEXT } from "../store/batch.ts";
import { quote } from "./json_text.ts";

/** Gives equal texts of all rings the same number. */
export class TextNumbers {
  /** Texts by number; shared with the batches. */
  readonly texts: string[] = [];
  /** What all texts of the run go through. */
  readonly redactor: Redactor;
  readonly #numbers = new Map<string, number>();

  constructor(redactor = new Redactor()) {
    this.redactor = redactor;
  }

  add(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}

export class RingStrings {
  readonly #texts: TextNumbers;
  /** Number of a text by string id, NO_TEXT where the ring has not defined the id. */
  numbers: Int32Array = new Int32Array(1024).fill(NO_TEXT);
  readonly #quoted: (Uint8Array | undefined)[] = [];
  readonly #keys: (Uint8Array | undefined)[] = [];
  readonly #members: (Uint8Array | undefined)[] = [];
  readonly #secrecies: (Secrecy | undefined)[] = [];

  constructor(texts: TextNumbers) {
    this.#texts = texts;
    this.define(0, "");
  }

  /** What texts beside the defined ones go through. */
  get redactor(): Redactor {
    return this.#texts.redactor;
  }

  /** Defines a string. @returns What is kept of its text. */
  define(id: number, defined: string): string {
    const { redactor } = this.#texts;
    // Attributes that spans share begin with the quote of their first key.
    const text = defined.startsWith('"') ? redactor.members(defined) : redactor.text(defined);
    if (id >= this.numbers.length) {
      const grown = new Int32Array(Math.max(id + 1, this.numbers.length * 2)).fill(NO_TEXT);
      grown.set(this.numbers);
      this.numbers = grown;
    }
    this.numbers[id] = this.#texts.add(text);
    this.#quoted[id] = undefined;
    this.#keys[id] = undefined;
    this.#members[id] = undefined;
    this.#secrecies[id] = undefined;
    return text;
  }

  /** How secret what is under the text is as a key. */
  secrecyOf(id: number): Secrecy {
    return this.#secrecies[id] ??= this.redactor.secrecyOf(this.textOf(id));
  }

  /** Ids that the ring has defined. */
  defined(): number[] {
    return [...this.numbers.keys()].filter((id) => this.numbers[id] !== NO_TEXT);
  }

  /** Number of the text of `id`; of the empty text when the ring did not define it. */
  numberOf(id: number): number {
    const number = this.numbers[id];
    return number === undefined || number === NO_TEXT ? this.numbers[0]! : number;
  }

  textOf(id: number): string {
    return this.#texts.texts[this.numberOf(id)]!;
  }

  /** The text as a JSON string. */
  quoted(id: number): Uint8Array {
    return this.#quoted[id] ??= quote(this.textOf(id));
  }

  /** The text as a key of a JSON object, with its colon. */
  quotedKey(id: number): Uint8Array {
    return this.#keys[id] ??= withColon(quote(this.textOf(id)));
  }

  /** The text as members of a JSON object; empty when it is none. */
  members(id: number): Uint8Array {
    return this.#members[id] ??= toMembers(this.textOf(id));
  }
}

function withColon(bytes: Uint8Array): Uint8Array {
  const key = new Uint8Array(bytes.length + 1);
  key.set(bytes);
  key[bytes.length] = 0x3a;
  return key;
}

function toMembers(text: string): Uint8Array {
  try {
    // Written anew: what JSON.parse takes may have spaces, or escapes that other readers refuse.
    const members = JSON.stringify(JSON.parse(`{${text}}`), wellFormed);
    return new TextEncoder().encode(members.slice(1, -1));
  } catch {
    return new Uint8Array(0);
  }
}

function wellFormed(_key: string, value: unknown): unknown {
  return typeof value === "string" ? value.toWellFormed() : value;
}
