/**
 * Text by the columns it takes in a terminal, where 漢 takes two.
 *
 * @module
 */
import stringWidth from "string-width";

const ELLIPSIS = "…";

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Columns that a text without control characters takes. */
export function displayWidth(text: string): number {
  return stringWidth(text);
}

/** The text in at most `width` columns: what is too much is taken out of the middle. */
export function shortenMiddle(text: string, width: number): string {
  // No character takes less than a code unit a column, but for marks that combine.
  if (text.length <= width && isPlain(text)) return text;
  const all = Array.from(graphemes.segment(clip(text, width)), ({ segment }) => segment);
  const widths = all.map(displayWidth);
  const total = widths.reduce((sum, columns) => sum + columns, 0);
  if (total <= width && text.length <= clipLength(width)) return text;
  if (width < 1) return "";
  // The end tells more than the middle: "…/cart.ts > total".
  const endRoom = Math.floor((width - 1) / 2);
  const startRoom = width - 1 - endRoom;
  let start = 0;
  let used = 0;
  while (start < all.length && used + widths[start]! <= startRoom) used += widths[start++]!;
  let end = all.length;
  used = 0;
  while (end > start && used + widths[end - 1]! <= endRoom) used += widths[--end]!;
  return all.slice(0, start).join("") + ELLIPSIS + all.slice(end).join("");
}

/**
 * The text in lines of at most `width` columns, broken between words; all but
 * the first are indented. A word that is longer stays whole: it may be a name.
 */
export function wrapWords(text: string, width: number | undefined, indent = ""): string {
  if (width === undefined || displayWidth(text) <= width) return text;
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? (lines.length === 0 ? word : indent + word) : `${line} ${word}`;
    if (line !== "" && displayWidth(longer) > width) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line].join("\n");
}

/** The text with spaces up to `width` columns. */
export function pad(text: string, width: number, side: "left" | "right"): string {
  const spaces = " ".repeat(Math.max(0, width - displayWidth(text)));
  return side === "left" ? text + spaces : spaces + text;
}

function isPlain(text: string): boolean {
  return /^[ -~]*$/.test(text);
}

/** A name of a megabyte is cut before it is measured character by character. */
function clip(text: string, width: number): string {
  const length = clipLength(width);
  return text.length <= length ? text : text.slice(0, length / 2) + text.slice(-length / 2);
}

function clipLength(width: number): number {
  return 2 * (width * 8 + 64);
}
