/**
 * Reads a command line as a shell does, up to the cursor, without performing
 * anything that it says: `$(…)` is text.
 *
 * @module
 */

/** A command line up to the cursor. */
export interface ShellLine {
  /** The words as a program would get them; the last one is what is being typed. */
  words: string[];
  /** Characters of the last word that are before what the shell will replace. */
  keptLength: number;
  /** The quote that is open at the cursor. */
  quote: "'" | '"' | "";
  /** Whether the last word has what a shell would replace: `$HOME`, `~ada`. */
  isExpanded: boolean;
}

/**
 * Reads `line`.
 *
 * @param breaks What else ends what the shell replaces: bash's COMP_WORDBREAKS.
 */
export function readShellLine(line: string, breaks: string): ShellLine {
  const words: string[] = [];
  let word: string | undefined;
  let keptLength = 0;
  let quote: ShellLine["quote"] = "";
  let isExpanded = false;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    if (quote === "" && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    if (word === undefined) [word, keptLength, isExpanded] = ["", 0, char === "~"];
    if (quote === "'") {
      if (char === "'") quote = "";
      else word += char;
    } else if (char === "\\") {
      const next = line[++at] ?? "";
      word += quote === '"' && !/[\\"$`]/.test(next) ? `\\${next}` : next;
    } else if (char === quote) {
      quote = "";
    } else if (quote === "" && (char === "'" || char === '"')) {
      quote = char;
      // From here on, as long as the quote is open.
      keptLength = word.length;
    } else {
      word += char;
      if (char === "$" || char === "`") isExpanded = true;
      if (quote === "" && breaks.includes(char)) keptLength = word.length;
    }
  }
  return { words: [...words, word ?? ""], keptLength, quote, isExpanded };
}
