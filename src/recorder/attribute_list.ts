/**
 * Attributes of a span that is open, and how they are written behind its record.
 *
 * Values are taken when they are set (objects as their JSON), so that what the
 * program does to them later changes nothing, and no getter or `toJSON` that
 * throws gets through to the program.
 *
 * @module
 */
import {
  ATTRIBUTE_BOOLEAN,
  ATTRIBUTE_INLINE_KEY,
  ATTRIBUTE_JSON,
  ATTRIBUTE_MEMBERS,
  ATTRIBUTE_NUMBER,
  ATTRIBUTE_STRING,
} from "../ring/layout.ts";
import type { RingMemory } from "../ring/memory.ts";
import { bigintText, type BoundedJson, boundedJson } from "./bounded_json.ts";
import type { StringTable } from "./string_table.ts";
import { truncateUtf8, utf8Length, withoutNul, writeUtf8 } from "./text.ts";
import { String } from "../runtime/intrinsics.ts";

/** Attributes a span may have; more are counted as truncated. */
export const MAX_ATTRIBUTES = 128;
/** Longest value that is kept, in bytes of UTF-8. */
export const MAX_VALUE_BYTES = 65_536;
const MAX_KEY_BYTES = 256;

type Stored = string | number | boolean | JsonText;

/** JSON that is kept as JSON, not as a string. */
class JsonText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export class AttributeList {
  readonly #keys: string[] = [];
  readonly #values: Stored[] = [];
  /** Numbers of the keys, known after `sendKeys`. */
  readonly #numbers: number[] = [];
  /** UTF-8 lengths of the values, known after `measure`. */
  readonly #lengths: number[] = [];
  /** Number of the string that holds what other spans have as well; 0: nothing. */
  #shared = 0;
  truncated = 0;

  get count(): number {
    return this.#keys.length;
  }

  has(key: string): boolean {
    return this.#indexOf(key) >= 0;
  }

  /** Sets `key`, replacing an earlier value. */
  set(key: string, value: unknown): void {
    const stored = this.#toStored(value);
    if (stored === undefined) return;
    const index = this.#indexOf(key);
    if (index >= 0) {
      this.#values[index] = stored;
    } else if (this.#keys.length < MAX_ATTRIBUTES) {
      const count = this.#keys.length;
      this.#keys[count] = key;
      this.#values[count] = stored;
    } else {
      this.truncated++;
    }
  }

  /** Adds the attributes that `Recorder.shareAttributes` made this number of. */
  setShared(number: number): void {
    this.#shared = number;
  }

  /** Bytes that the attributes take in a record, a multiple of 8. Call `sendKeys` first. */
  measure(): number {
    let bytes = this.#shared === 0 ? 0 : 8;
    for (let i = 0; i < this.#keys.length; i++) {
      const value = this.#values[i]!;
      let length = 0;
      if (typeof value === "string") {
        length = utf8Length(value);
        if (this.#numbers[i] === 0) length += utf8Length(this.#inlineKey(i)) + 1;
      } else if (typeof value === "object") {
        length = utf8Length(value.text);
        if (this.#numbers[i] === 0) length += utf8Length(this.#inlineKey(i)) + 1;
      } else if (this.#numbers[i] === 0) {
        length = utf8Length(this.#inlineKey(i)) + 1 + String(value).length;
      }
      this.#lengths[i] = length;
      bytes += 8 + ((length + 7) & ~7);
      if (typeof value === "number" && length === 0) bytes += 8;
    }
    return bytes;
  }

  /** Sends the definitions of all keys. @returns false when the ring has no room. */
  sendKeys(strings: StringTable): boolean {
    if (strings.sent[this.#shared] === 0 && !strings.send(this.#shared)) return false;
    for (let i = 0; i < this.#keys.length; i++) {
      const number = strings.internComputed(this.#keys[i]!);
      if (strings.sent[number] === 0 && !strings.send(number)) return false;
      this.#numbers[i] = number;
    }
    return true;
  }

  /** Writes at int32 index `at`, into the room that `measure` asked for. */
  write(memory: RingMemory, at: number): void {
    const { i32, f64, u8 } = memory;
    if (this.#shared !== 0) {
      i32[at] = ATTRIBUTE_MEMBERS << 24;
      i32[at + 1] = this.#shared;
      at += 2;
    }
    for (let i = 0; i < this.#keys.length; i++) {
      const value = this.#values[i]!;
      const key = this.#numbers[i]!;
      const length = this.#lengths[i]!;
      if (key === 0) {
        const text = typeof value === "object" ? value.text : String(value);
        i32[at] = ATTRIBUTE_INLINE_KEY << 24;
        i32[at + 1] = length;
        writeUtf8(u8, (at + 2) * 4, `${this.#inlineKey(i)}\0${text}`, length);
      } else if (typeof value === "number") {
        i32[at] = key | (ATTRIBUTE_NUMBER << 24);
        i32[at + 1] = 0;
        f64[(at + 2) >> 1] = value;
        at += 4;
        continue;
      } else if (typeof value === "boolean") {
        i32[at] = key | (ATTRIBUTE_BOOLEAN << 24);
        i32[at + 1] = value ? 1 : 0;
      } else if (typeof value === "string") {
        i32[at] = key | (ATTRIBUTE_STRING << 24);
        i32[at + 1] = length;
        writeUtf8(u8, (at + 2) * 4, value, length);
      } else {
        i32[at] = key | (ATTRIBUTE_JSON << 24);
        i32[at + 1] = length;
        writeUtf8(u8, (at + 2) * 4, value.text, length);
      }
      at += 2 + ((length + 7) >> 3) * 2;
    }
  }

  // A loop: `Array.prototype` is the program's as well.
  #indexOf(key: string): number {
    for (let i = 0; i < this.#keys.length; i++) if (this.#keys[i] === key) return i;
    return -1;
  }

  #inlineKey(index: number): string {
    return withoutNul(truncateUtf8(this.#keys[index]!, MAX_KEY_BYTES));
  }

  #toStored(value: unknown): Stored | undefined {
    switch (typeof value) {
      case "string":
        return this.#limited(value);
      case "number":
      case "boolean":
        return value;
      case "bigint":
        return this.#limited(bigintText(value));
      case "object":
        return this.#toJson(value);
      case "symbol":
        return this.#limited(String(value));
      default:
        return undefined;
    }
  }

  #toJson(value: object | null): Stored | undefined {
    let json: BoundedJson | undefined;
    try {
      json = boundedJson(value, MAX_VALUE_BYTES);
    } catch {
      return new JsonText('"(not serializable)"');
    }
    if (json === undefined) return undefined;
    const { text, isWhole } = json;
    // A char is at least a byte, so this never lets too much through.
    if (isWhole && (text.length * 3 <= MAX_VALUE_BYTES || utf8Length(text) <= MAX_VALUE_BYTES)) {
      return new JsonText(text);
    }
    // Cut JSON would not parse, so it becomes a string.
    this.truncated++;
    return truncateUtf8(text, MAX_VALUE_BYTES);
  }

  #limited(text: string): string {
    if (text.length * 3 <= MAX_VALUE_BYTES) return text;
    const cut = truncateUtf8(text, MAX_VALUE_BYTES);
    if (cut.length !== text.length) this.truncated++;
    return cut;
  }
}
