/**
 * Splits a command into words as a POSIX shell would, without one: quotes and
 * backslashes mean what they mean there, variables that stand before the
 * command are its environment. What only a shell can do is refused and not
 * passed on as text.
 *
 * @module
 */

/** A command, ready to be started. */
export interface SplitCommand {
  /** `NAME=value` before the command. */
  environment: Record<string, string>;
  /** At least one. */
  words: string[];
}

/** What a shell would do something about, outside of quotes. */
const OPERATOR = /^(?:&&|\|\||[|&;<>()\n])/;

/** The same, between double quotes as well. */
const EXPANSION = /^(?:`|\$(?:[({]|[A-Za-z_]\w*|[\d@*#?$!-]))/;

/**
 * Splits a command.
 *
 * @throws {SyntaxError} when a quote is not closed, there is no command, or it needs a shell.
 */
export function splitCommand(text: string): SplitCommand {
  const words = splitWords(text);
  const environment: Record<string, string> = {};
  let at = 0;
  for (; at < words.length; at++) {
    const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(words[at]!);
    if (assignment === null) break;
    environment[assignment[1]!] = assignment[2]!;
  }
  if (at === words.length) throw new SyntaxError(`Cannot run "${text}": it has no command`);
  return { environment, words: words.slice(at) };
}

function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const char = text[at]!;
    if (char === "'" || char === '"') {
      const quoted = char === "'" ? /^'([^']*)'/.exec(rest) : /^"((?:[^"\\]|\\.)*)"/s.exec(rest);
      if (quoted === null) throw new SyntaxError(`Cannot run "${text}": ${char} is not closed`);
      const inner = quoted[1]!;
      if (char === '"') refuseExpansion(inner, text);
      word = (word ?? "") + (char === "'" ? inner : inner.replace(/\\([\\"$`\n])/g, unescape));
      at += quoted[0].length;
    } else if (char === "\\") {
      if (at + 1 < text.length) word = (word ?? "") + unescape("", text[at + 1]!);
      at += 2;
    } else if (/[ \t\r]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
    } else {
      const found = (OPERATOR.exec(rest) ?? EXPANSION.exec(rest))?.[0];
      if (found !== undefined) throw needsShell(text, found);
      word = (word ?? "") + char;
      at++;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** A line that goes on behind a backslash is one line. */
function unescape(_match: string, char: string): string {
  return char === "\n" ? "" : char;
}

/** Refuses variables and commands in the text between double quotes. */
function refuseExpansion(inner: string, text: string): void {
  for (let at = 0; at < inner.length; at += inner[at] === "\\" ? 2 : 1) {
    const found = EXPANSION.exec(inner.slice(at))?.[0];
    if (found !== undefined) throw needsShell(text, found);
  }
}

function needsShell(text: string, what: string): SyntaxError {
  const shown = what === "\n" ? "a second line" : `"${what}"`;
  return new SyntaxError(`Cannot run "${text}": ${shown} needs a shell (sh -c '…' is one)`);
}
