/**
 * UTF-8 for the ring: short ASCII strings, which nearly all are, are copied by a
 * loop; everything else by the runtime's encoder. Lone surrogates become U+FFFD.
 *
 * @module
 */
import { hasOwnCharacters, Math, Reflect, sliceText, String } from "../runtime/intrinsics.ts";

const encoder = new TextEncoder();
// Kept: a program that replaces these must not be called by the other half of this file.
const encode = encoder.encode.bind(encoder);
const encodeInto = encoder.encodeInto.bind(encoder);
const { subarray } = Uint8Array.prototype;
const { replaceAll } = String.prototype;
/** Above this the encoder is quicker than a loop, in spite of the view it needs. */
const LOOP_LIMIT = 64;

/** Whatever a program passes for a text; never throws. */
export function toText(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return String(value);
  } catch {
    return "";
  }
}

/** Bytes that `text` takes in UTF-8. */
export function utf8Length(text: string): number {
  if (!hasOwnCharacters()) return encode(text).length;
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) {
      bytes += 1;
    } else {
      bytes += 2;
      if (unit >= 0xd800 && unit < 0xdc00) {
        const next = text.charCodeAt(i + 1);
        // A pair takes 4 bytes for 2 units; a lone surrogate 3, as U+FFFD does.
        if (next >= 0xdc00 && next < 0xe000) i++;
      }
    }
  }
  return bytes;
}

/** `text` without the characters NUL in it. */
export function withoutNul(text: string): string {
  return Reflect.apply(replaceAll, text, ["\0", ""]) as string;
}

/** Writes `text`, whose UTF-8 length is known to be `bytes`, at `at`. */
export function writeUtf8(target: Uint8Array, at: number, text: string, bytes: number): void {
  if (bytes === text.length && bytes <= LOOP_LIMIT && hasOwnCharacters()) {
    for (let i = 0; i < bytes; i++) target[at + i] = text.charCodeAt(i);
  } else {
    encodeInto(text, Reflect.apply(subarray, target, [at, at + bytes]) as Uint8Array);
  }
}

/** Writes the bytes that `hex` stands for, in lower-case digits, at `at`. */
export function writeHex(target: Uint8Array, at: number, hex: string): void {
  if (!hasOwnCharacters()) return;
  for (let i = 0; i + 1 < hex.length; i += 2) {
    target[at + (i >> 1)] = digitValue(hex.charCodeAt(i)) * 16 + digitValue(hex.charCodeAt(i + 1));
  }
}

function digitValue(char: number): number {
  return char > 57 ? char - 87 : char - 48;
}

/** The longest start of `text` that takes at most `maxBytes` in UTF-8. */
export function truncateUtf8(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  let cut = text.length > maxBytes ? sliceText(text, 0, maxBytes) : text;
  let excess = utf8Length(cut) - maxBytes;
  while (excess > 0) {
    cut = sliceText(cut, 0, Math.max(0, cut.length - Math.ceil(excess / 3)));
    excess = utf8Length(cut) - maxBytes;
  }
  if (cut.length === text.length) return text;
  // Do not end in half of a pair.
  const last = cut[cut.length - 1]!;
  return last >= "\ud800" && last < "\udc00" ? sliceText(cut, 0, -1) : cut;
}
