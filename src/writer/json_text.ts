/**
 * Attributes of a record as JSON text, written byte by byte into a column. The
 * text is valid JSON whatever the ring holds: what is not plain ASCII, looks
 * damaged or may hold a secret goes the slow way through a string.
 *
 * @module
 */
import { ORDINARY, REDACTED, type Secrecy, SECRET } from "../model/secret_names.ts";
import {
  BYTE_CLASSES,
  HASH_MASK,
  HINT_TABLE,
  mayHoldSecret,
  NOT_PLAIN,
} from "../redaction/prefilter.ts";
import type { Redactor } from "../redaction/redactor.ts";
import {
  ATTRIBUTE_BOOLEAN,
  ATTRIBUTE_INLINE_KEY,
  ATTRIBUTE_INTERNED,
  ATTRIBUTE_JSON,
  ATTRIBUTE_MEMBERS,
  ATTRIBUTE_NUMBER,
  ATTRIBUTE_STRING,
} from "../ring/layout.ts";
import type { RingMemory } from "../ring/memory.ts";
import type { TextColumn } from "../store/batch.ts";
import type { RingStrings } from "./ring_strings.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN = 0x7b;
const CLOSE = 0x7d;

const QUOTED_REDACTED = `"${REDACTED}"`;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Appends the attributes between two bytes of a ring to `column` as one JSON
 * object. Nothing is appended when there are none.
 *
 * @returns Whether something was appended.
 */
export function appendAttributes(
  column: TextColumn,
  memory: RingMemory,
  range: { from: number; to: number; strings: RingStrings },
): boolean {
  const { i32, f64, u8 } = memory;
  const { to, strings } = range;
  const { redactor } = strings;
  let at = range.from;
  let count = 0;
  while (at + 8 <= to) {
    const word = i32[at >> 2]!;
    const extra = i32[(at >> 2) + 1]!;
    const type = word >>> 24;
    const value = at + 8;
    const textLength = type === ATTRIBUTE_STRING || type === ATTRIBUTE_JSON ||
        type === ATTRIBUTE_INLINE_KEY
      ? extra
      : 0;
    if (textLength < 0 || value + textLength > to) break;
    if (type === ATTRIBUTE_MEMBERS) {
      const members = strings.members(extra);
      at = value;
      if (members.length === 0) continue;
      push(column, count++ === 0 ? OPEN : COMMA);
      pushBytes(column, members);
      continue;
    }
    push(column, count++ === 0 ? OPEN : COMMA);
    let secrecy: Secrecy = ORDINARY;
    if (type !== ATTRIBUTE_INLINE_KEY) {
      const key = word & 0xffffff;
      pushBytes(column, strings.quotedKey(key));
      secrecy = strings.secrecyOf(key);
    }
    if (secrecy !== ORDINARY && isHidden(type, secrecy)) {
      strings.redactor.count++;
      pushAscii(column, QUOTED_REDACTED);
      at = value + (type === ATTRIBUTE_NUMBER ? 8 : (textLength + 7) & ~7);
      continue;
    }
    switch (type) {
      case ATTRIBUTE_NUMBER:
        pushNumber(column, value + 8 <= to ? f64[value >> 3]! : NaN);
        at = value + 8;
        continue;
      case ATTRIBUTE_BOOLEAN:
        pushAscii(column, extra === 0 ? "false" : "true");
        at = value;
        continue;
      case ATTRIBUTE_INTERNED:
        pushBytes(column, strings.quoted(extra));
        at = value;
        continue;
      case ATTRIBUTE_STRING:
        pushString(column, u8, value, extra, redactor);
        break;
      case ATTRIBUTE_JSON: {
        const text = textOf(u8, value, extra);
        const mustLook = redactor.isOn &&
          (!redactor.canFilter || mayHoldSecret(u8, value, value + extra));
        const key = strings.textOf(word & 0xffffff);
        pushText(column, validJson(mustLook ? redactor.json(text, key) : text));
        break;
      }
      case ATTRIBUTE_INLINE_KEY: {
        const [key, ...rest] = textOf(u8, value, extra).split("\0");
        const text = redactor.value(key!, rest.join("\0"));
        pushText(
          column,
          `${JSON.stringify(redactor.text(key!))}:${JSON.stringify(text)}`,
        );
        break;
      }
      default:
        pushAscii(column, "null");
        at = to;
        continue;
    }
    at = value + ((textLength + 7) & ~7);
  }
  if (count === 0) return false;
  push(column, CLOSE);
  return true;
}

/** Whether a value is taken out for what its key says. Neither true nor false is a secret. */
function isHidden(type: number, secrecy: Secrecy): boolean {
  if (type === ATTRIBUTE_STRING || type === ATTRIBUTE_INTERNED) return true;
  return secrecy === SECRET &&
    (type === ATTRIBUTE_JSON || type === ATTRIBUTE_NUMBER);
}

/** Text of a part of the ring's memory. */
export function textOf(u8: Uint8Array, from: number, length: number): string {
  // Copied: not every runtime decodes from shared memory.
  return decoder.decode(u8.slice(from, from + length));
}

/** UTF-8 of `text` as a JSON string. */
export function quote(text: string): Uint8Array {
  return encoder.encode(JSON.stringify(text.toWellFormed()));
}

function push(column: TextColumn, byte: number): void {
  column.reserve(1)[column.length++] = byte;
}

function pushBytes(column: TextColumn, bytes: Uint8Array): void {
  const target = column.reserve(bytes.length);
  let at = column.length;
  for (let i = 0; i < bytes.length; i++) target[at++] = bytes[i]!;
  column.length = at;
}

function pushAscii(column: TextColumn, text: string): void {
  const target = column.reserve(text.length);
  let at = column.length;
  for (let i = 0; i < text.length; i++) target[at++] = text.charCodeAt(i);
  column.length = at;
}

function pushText(column: TextColumn, text: string): void {
  const target = column.reserve(text.length * 3);
  column.length += encoder.encodeInto(text, target.subarray(column.length)).written;
}

function pushNumber(column: TextColumn, value: number): void {
  // JSON has no NaN and no infinity.
  if (Number.isFinite(value)) {
    pushAscii(column, Object.is(value, -0) ? "0" : String(value));
  } else pushAscii(column, "null");
}

/**
 * A string value: copied as it is if it is ASCII without anything to escape and
 * no three bytes in a row hint at a secret.
 */
function pushString(
  column: TextColumn,
  u8: Uint8Array,
  from: number,
  length: number,
  redactor: Redactor,
): void {
  if (redactor.canFilter) {
    // Locals: what is imported is looked up each time.
    const classes = BYTE_CLASSES;
    const hintTable = HINT_TABLE;
    const mask = HASH_MASK;
    const target = column.reserve(length + 2);
    const to = from + length;
    let at = column.length;
    let hash = 0;
    let hints = 0;
    let seen = 0;
    target[at++] = QUOTE;
    for (let i = from; i < to; i++) {
      const byte = u8[i]!;
      const byteClass = classes[byte]!;
      seen |= byteClass;
      hash = ((hash << 5) | byteClass) & mask;
      hints |= hintTable[hash]!;
      target[at++] = byte;
    }
    if (hints === 0 && seen < NOT_PLAIN) {
      target[at++] = QUOTE;
      column.length = at;
      return;
    }
  }
  pushText(column, JSON.stringify(redactor.text(textOf(u8, from, length))));
}

/** `text` if it is JSON that every parser takes, else something that is. */
function validJson(text: string): string {
  try {
    const value = JSON.parse(text) as unknown;
    // Escapes of lone surrogates are JSON, but strict parsers refuse them.
    if (!/\\u[dD][89a-fA-F]/.test(text)) return text;
    return JSON.stringify(
      value,
      (_key, part) => typeof part === "string" ? part.toWellFormed() : part,
    );
  } catch {
    return JSON.stringify(text);
  }
}
