/**
 * Completions as bash inserts them: quoted by us, because it would insert any
 * text as it is. What it replaces begins behind the last of its word breaks, a
 * colon or an equals sign, or behind the quote that is open.
 *
 * @module
 */
import { displayWidth } from "../render/width.ts";
import type { Candidate } from "./candidate.ts";
import type { ShellLine } from "./shell_line.ts";

/** COMP_TYPE when what fits is only listed: on a second Tab, and where ambiguity shows all. */
const LISTING_TYPES = ["63", "33", "64"];

/** The lines for COMPREPLY. */
export function toBashReply(
  candidates: readonly Candidate[],
  line: ShellLine,
  options: { type: string; columns: number },
): string[] {
  const replies = candidates.map(({ value }) => quote(value.slice(line.keptLength), line));
  // Bash closes the quote that is open, unless it takes the last character for it.
  if (replies.length === 1 && line.quote !== "" && replies[0]!.endsWith(line.quote)) {
    return [`${replies[0]}${line.quote}`];
  }
  const isListed = candidates.length > 1 && LISTING_TYPES.includes(options.type);
  return isListed ? describe(replies, candidates, options.columns) : replies;
}

/** Text that means itself behind what is already typed of the word. */
function quote(text: string, { quote, keptLength }: ShellLine): string {
  if (quote === "'") return text.replaceAll("'", `'\\''`);
  // History would be looked up for an exclamation mark, and a backslash would stay.
  if (quote === '"') return text.replace(/[\\"$`]/g, "\\$&").replaceAll("!", `"'!'"`);
  const isStart = keptLength === 0;
  return text.replace(
    /[^\p{L}\p{N}\p{M}_./:@%+,=#-]/gu,
    (char) => `\\${char}`,
  ).replace(/^#/, isStart ? "\\#" : "#");
}

/** `value  (description)`, in columns, no wider than the terminal. */
function describe(
  replies: readonly string[],
  candidates: readonly Candidate[],
  columns: number,
): string[] {
  const width = Math.max(...replies.map(displayWidth));
  return replies.map((reply, i) => {
    const { description = "" } = candidates[i]!;
    const room = columns - width - 6;
    if (description === "" || room < 10) return reply;
    const short = description.length > room ? `${description.slice(0, room - 1)}…` : description;
    return `${reply}${" ".repeat(width - displayWidth(reply))}  (${short})`;
  });
}
