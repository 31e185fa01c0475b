/**
 * Colours, where the terminal takes them.
 *
 * @module
 */
import { styleText } from "node:util";
import type { Io } from "../io.ts";

/** Meanings, not colours. */
const STYLES = {
  title: "bold",
  dim: "dim",
  good: "green",
  bad: "red",
  unsure: "yellow",
} as const;

/** One of the meanings that text can have. */
export type StyleName = keyof typeof STYLES;

/** Styles text, or leaves it as it is. */
export type Style = (name: StyleName, text: string) => string;

/** What {@linkcode Style} does for a terminal. */
export function styleFor(io: Pick<Io, "isColored">): Style {
  if (io.isColored !== true) return (_name, text) => text;
  // Whether stdout is a terminal was asked when the Io was made.
  return (name, text) => styleText(STYLES[name], text, { validateStream: false });
}
