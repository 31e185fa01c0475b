/**
 * The JSON of an object that a program passes, as `JSON.stringify` writes it, but
 * no further than it will be kept: what a program passes may be a buffer of a
 * gigabyte, and it waits.
 *
 * @module
 */
import {
  Array,
  hasOwnCharacters,
  JSON,
  Object,
  Reflect,
  sliceText,
  String,
} from "../runtime/intrinsics.ts";

/** Members that are looked at: those that are undefined or functions write nothing. */
const MAX_MEMBERS = 65_536;
/** Levels that are kept: a recursive reader's stack, and the program's own, have an end. */
export const MAX_DEPTH = 200;
const SHORT_CHARS = 24;
/** Larger ones are written in hex: their decimal digits would take quadratic time. */
const LARGEST_DECIMAL = 1n << 16_384n;

const { isView } = ArrayBuffer;
const { subarray } = Uint8Array.prototype;
const { toString: bigintToString } = BigInt.prototype;
const typedLength = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype) as object,
  "length",
)!.get!;
const boxes: readonly object[] = [
  Number.prototype,
  String.prototype,
  Boolean.prototype,
  BigInt.prototype,
];
const plain = Object.getPrototypeOf({}) as object;
const list = Object.getPrototypeOf([]) as object;

/** Thrown through the members once there is enough. */
const ENOUGH = {};

/** What `boundedJson` has written. */
export interface BoundedJson {
  /** The start of a JSON text if it is longer than was asked for. */
  text: string;
  isWhole: boolean;
}

/**
 * Writes `value` as JSON, with bigints as strings, until the text is longer than
 * `maxChars`. Runs getters and `toJSON` of the program's, as `JSON.stringify` does.
 *
 * @returns undefined for what JSON leaves out.
 * @throws what these throw, and for cycles.
 */
export function boundedJson(value: object | null, maxChars: number): BoundedJson | undefined {
  const writer = new JsonWriter(maxChars);
  try {
    if (!writer.write("", value, "", "")) return undefined;
  } catch (error) {
    if (error !== ENOUGH) throw error;
    return { text: writer.text, isWhole: false };
  }
  return { text: writer.text, isWhole: writer.text.length <= maxChars };
}

/** Digits of a number of any size, in linear time. */
export function bigintText(value: bigint): string {
  if (value <= LARGEST_DECIMAL && value >= -LARGEST_DECIMAL) return String(value);
  const hex = Reflect.apply(bigintToString, value, [16]) as string;
  return value < 0n ? `-0x${sliceText(hex, 1)}` : `0x${hex}`;
}

class JsonWriter {
  text = "";
  readonly #maxChars: number;
  #members = 0;
  /** What is being written, from the outside in: to tell cycles. */
  readonly #parents: object[] = [];
  #depth = 0;

  constructor(maxChars: number) {
    this.#maxChars = maxChars;
  }

  /**
   * Writes one value behind `prefix` and, in an object, its name.
   *
   * @returns false for what JSON leaves out.
   */
  write(key: string | number, given: unknown, prefix: string, name: string): boolean {
    let value = given;
    if (typeof value === "object" && value !== null || typeof value === "bigint") {
      value = withToJson(key, value);
    }
    switch (typeof value) {
      case "string":
        this.#add(prefix + name + this.#quoted(value));
        return true;
      case "number":
        this.#add(prefix + name + (value - value === 0 ? value + 0 : "null"));
        return true;
      case "boolean":
        this.#add(prefix + name + (value ? "true" : "false"));
        return true;
      case "bigint":
        this.#add(`${prefix}${name}"${bigintText(value)}"`);
        return true;
      case "object":
        if (value === null) this.#add(`${prefix + name}null`);
        else this.#writeObject(value, prefix + name);
        return true;
      default:
        return false;
    }
  }

  #writeObject(value: object, before: string): void {
    const prototype = Object.getPrototypeOf(value) as object | null;
    if (prototype !== plain && prototype !== list && prototype !== null && isBox(prototype)) {
      this.write("", unboxed(value, prototype), before, "");
      return;
    }
    const depth = this.#depth;
    for (let i = 0; i < depth; i++) {
      if (this.#parents[i] === value) throw new TypeError("A cycle");
    }
    if (depth === MAX_DEPTH) throw ENOUGH;
    this.#parents[depth] = value;
    this.#depth = depth + 1;
    if (Array.isArray(value)) this.#writeList(value, before);
    else if (prototype !== plain && isView(value)) this.#writeView(value, before);
    else this.#writeMembers(value, before);
    this.#depth = depth;
  }

  #writeList(value: unknown[], before: string): void {
    const { length } = value;
    this.#add(`${before}[`);
    for (let i = 0; i < length; i++) {
      const prefix = i === 0 ? "" : ",";
      if (!this.write(i, value[i], prefix, "")) this.#add(`${prefix}null`);
    }
    this.#add("]");
  }

  /** The names of all its members would be longer than itself. */
  #writeView(value: ArrayBufferView, before: string): void {
    const length = lengthOf(value);
    if (length <= this.#maxChars) return this.#writeMembers(value, before);
    const members = value as unknown as ArrayLike<unknown>;
    this.#add(`${before}{`);
    for (let i = 0; i < length; i++) this.write(i, members[i], i === 0 ? "" : ",", `"${i}":`);
  }

  #writeMembers(value: object, before: string): void {
    const keys = Object.keys(value);
    this.#add(`${before}{`);
    let prefix = "";
    for (let i = 0; i < keys.length; i++) {
      const key = keys[i]!;
      if (++this.#members > MAX_MEMBERS) throw ENOUGH;
      const member = (value as Record<string, unknown>)[key];
      if (this.write(key, member, prefix, `${this.#quoted(key)}:`)) prefix = ",";
    }
    this.#add("}");
  }

  #quoted(text: string): string {
    if (isPlainText(text)) return `"${text}"`;
    // Of a longer one the end is not going to be kept in any case.
    const room = this.#maxChars + 1;
    return JSON.stringify(text.length > room ? sliceText(text, 0, room) : text);
  }

  #add(text: string): void {
    this.text += text;
    if (this.text.length > this.#maxChars) throw ENOUGH;
  }
}

/** Whether a text is short and stands in JSON as it is: most names are, and asking is cheaper. */
function isPlainText(text: string): boolean {
  const { length } = text;
  if (length > SHORT_CHARS || !hasOwnCharacters()) return false;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x20 || unit > 0x7e || unit === 0x22 || unit === 0x5c) return false;
  }
  return true;
}

function withToJson(key: string | number, value: object | bigint): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON !== "function") return value;
  return Reflect.apply(toJSON, startOf(value), [String(key)]);
}

/** Of a long buffer the start: Buffer's `toJSON` makes a list of all its bytes. */
function startOf(value: object | bigint): unknown {
  if (!isView(value) || lengthOf(value) <= MAX_MEMBERS) return value;
  return Reflect.apply(subarray, value, [0, MAX_MEMBERS]);
}

/** Members of a typed array; a DataView has none. */
function lengthOf(value: ArrayBufferView): number {
  try {
    return Reflect.apply(typedLength, value, []) as number;
  } catch {
    return 0;
  }
}

function isBox(prototype: object): boolean {
  for (let i = 0; i < boxes.length; i++) if (boxes[i] === prototype) return true;
  return false;
}

/** The primitive in `new Number(1)` and the like. */
function unboxed(value: object, prototype: object): unknown {
  if (prototype === boxes[1]) return String(value);
  return (value as { valueOf(): unknown }).valueOf();
}
