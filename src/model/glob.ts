/**
 * Patterns with `*` for anything, as selectors use them. `\` makes the next
 * character literal. Matching takes time linear in the text for each literal
 * part, whatever the pattern: names may be hostile.
 *
 * @module
 */

/** The literal parts of a pattern; between two of them anything may stand. */
export type Glob = readonly string[];

/** Reads a pattern. Every text is one. */
export function parseGlob(pattern: string): Glob {
  const parts: string[] = [];
  let literal = "";
  for (let at = 0; at < pattern.length; at++) {
    let char = pattern[at]!;
    if (char === "*") {
      parts.push(literal);
      literal = "";
      continue;
    }
    if (char === "\\" && at + 1 < pattern.length) char = pattern[++at]!;
    literal += char;
  }
  return [...parts, literal];
}

/** Whether the whole text fits the pattern. */
export function matchesGlob(glob: Glob, text: string): boolean {
  const first = glob[0]!;
  if (glob.length === 1) return text === first;
  const last = glob[glob.length - 1]!;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  // The leftmost fit of each part leaves most room for the others.
  for (let part = 1; part < glob.length - 1; part++) {
    const found = text.indexOf(glob[part]!, at);
    if (found < 0) return false;
    at = found + glob[part]!.length;
  }
  return at <= end;
}

/** The pattern that only this text fits. */
export function quoteGlob(text: string): string {
  return text.replace(/[\\*]/g, "\\$&");
}
