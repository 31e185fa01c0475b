/**
 * Keys of spans as texts, for maps.
 *
 * @module
 */
import type { SpanKey } from "./span_reader.ts";

/** The same text for the same key, and for no other: no scope has a colon. */
export function keyText({ scope, name }: SpanKey): string {
  return `${scope}:${name}`;
}
