/**
 * Cuts SQL into tokens, in one pass that never goes back: a text of n characters
 * costs n steps, whatever it holds.
 *
 * Where it cannot be told what a quote means, everything up to the end counts
 * as a literal: a token that is none of the literals may be recorded.
 *
 * @module
 */
import { Math } from "../../runtime/intrinsics.ts";

/** What differs between databases in how a literal is written. */
export interface Dialect {
  /** `"x"` is a name, a string, or whatever fits (SQLite, where it is built so). */
  doubleQuoted: "name" | "string" | "either";
  /** In `'a\'b'` the quote in the middle does not end the string. */
  hasBackslashes: boolean;
  /** As in PostgreSQL: `$$x$$`, `E'x'`, comments in comments. */
  isPostgres: boolean;
  /** As in MySQL: `#` begins a comment, and `--` only before a space. */
  isMysql: boolean;
  /** Quotes that are always around a name. */
  nameQuotes: string;
}

export const POSTGRES: Dialect = {
  doubleQuoted: "name",
  hasBackslashes: false,
  isPostgres: true,
  isMysql: false,
  nameQuotes: "",
};
export const MYSQL: Dialect = {
  doubleQuoted: "string",
  hasBackslashes: true,
  isPostgres: false,
  isMysql: true,
  nameQuotes: "`",
};
export const SQLITE: Dialect = {
  doubleQuoted: "name",
  hasBackslashes: false,
  isPostgres: false,
  isMysql: false,
  nameQuotes: "`[",
};
/** SQLite that takes `"x"` for a string when there is no such column. */
export const LENIENT_SQLITE: Dialect = { ...SQLITE, doubleQuoted: "either" };
export const DUCKDB: Dialect = { ...POSTGRES };

/** Kinds of tokens. */
export const END = 0;
export const SPACE = 1;
export const WORD = 2;
/** A name in quotes. */
export const NAME = 3;
export const LITERAL = 4;
/** `?`, `$1`, `:name`, `@name`. */
export const PARAMETER = 5;
export const SYMBOL = 6;
/** `"x"` where it may be a name or a string. */
export const NAME_OR_LITERAL = 7;

/** Words that belong to the string that follows at once. */
const STRING_PREFIX = /^(?:[ebxn]|_\w+)$/i;

/** Steps through a text; `kind`, `start` and `end` describe the token it is at. */
export class SqlScanner {
  readonly text: string;
  readonly #dialect: Dialect;
  kind = END;
  start = 0;
  end = 0;

  constructor(text: string, dialect: Dialect) {
    this.text = text;
    this.#dialect = dialect;
  }

  /** Goes on to the next token. @returns its kind. */
  next(): number {
    this.start = this.end;
    return this.kind = this.start >= this.text.length ? END : this.#scan();
  }

  #scan(): number {
    const { text, start } = this;
    const char = text[start]!;
    const code = text.charCodeAt(start);
    if (isSpace(code) || this.#isComment(start)) return this.#scanSpace();
    if (
      isDigit(code) || (char === "." && isDigit(text.charCodeAt(start + 1)))
    ) {
      return this.#scanNumber();
    }
    if (isWordStart(code)) return this.#scanWord();
    if (char === "'") {
      return this.#scanString(start, this.#dialect.hasBackslashes);
    }
    if (char === '"') return this.#scanDoubleQuoted();
    if (this.#dialect.nameQuotes.includes(char)) {
      return this.#endName(char === "[" ? "]" : char);
    }
    if (char === "$") return this.#scanDollar();
    if (char === "?") {
      this.end = skipWhile(text, start + 1, isDigit);
      return PARAMETER;
    }
    const follows = text.charCodeAt(start + 1);
    if (
      (char === ":" || char === "@") && isWordStart(follows) &&
      text[start - 1] !== ":"
    ) {
      this.end = skipWhile(text, start + 1, isWordPart);
      return PARAMETER;
    }
    this.end = start + 1;
    return SYMBOL;
  }

  #scanSpace(): number {
    const { text } = this;
    let at = this.start;
    while (at < text.length) {
      if (isSpace(text.charCodeAt(at))) at++;
      else if (this.#isComment(at)) at = this.#commentEnd(at);
      else break;
    }
    this.end = at;
    return SPACE;
  }

  #isComment(at: number): boolean {
    const { text } = this;
    const char = text[at];
    if (char === "/") return text[at + 1] === "*";
    if (!this.#dialect.isMysql) return char === "-" && text[at + 1] === "-";
    if (char === "#") return true;
    const isAlone = text.charCodeAt(at + 2) <= 0x20;
    return char === "-" && text[at + 1] === "-" && isAlone;
  }

  #commentEnd(at: number): number {
    const { text } = this;
    if (text[at] !== "/") {
      const line = text.indexOf("\n", at);
      return line < 0 ? text.length : line;
    }
    let depth = 0;
    do {
      if (text[at] === "/" && text[at + 1] === "*") {
        depth = this.#dialect.isPostgres ? depth + 1 : 1;
        at += 2;
      } else if (text[at] === "*" && text[at + 1] === "/") {
        depth--;
        at += 2;
      } else {
        at++;
      }
    } while (depth > 0 && at < text.length);
    return Math.min(at, text.length);
  }

  #scanNumber(): number {
    const { text } = this;
    let at = this.start;
    const isHex = text[at] === "0" &&
      (text[at + 1] === "x" || text[at + 1] === "X");
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (isWordPart(code) || code === 0x2e /* . */) continue;
      const isSign = code === 0x2b /* + */ || code === 0x2d /* - */;
      const before = text[at - 1];
      if (!isSign || isHex || (before !== "e" && before !== "E")) break;
    }
    this.end = at;
    return LITERAL;
  }

  #scanWord(): number {
    const { text, start } = this;
    const end = skipWhile(text, start, isWordPart);
    this.end = end;
    // No prefix is longer; nor is a name a string only because it stands before one.
    if (text[end] !== "'" || end - start > 16) return WORD;
    const word = text.slice(start, end);
    if (!STRING_PREFIX.test(word)) return WORD;
    const isEscaped = this.#dialect.isPostgres &&
      (word === "e" || word === "E");
    return this.#scanString(end, isEscaped || this.#dialect.hasBackslashes);
  }

  /** A string in single quotes that begins at `from`. */
  #scanString(from: number, hasBackslashes: boolean, quote = "'"): number {
    const { text } = this;
    let backslashes = 0;
    for (let at = from + 1; at < text.length; at++) {
      const char = text[at];
      if (char === "\\") {
        backslashes++;
        continue;
      }
      const isOdd = (backslashes & 1) === 1;
      backslashes = 0;
      if (char !== quote || (isOdd && hasBackslashes)) continue;
      // An old setting of PostgreSQL's makes this no end; both readings are hidden.
      if (isOdd && this.#dialect.isPostgres) break;
      if (text[at + 1] === quote) {
        at++;
        continue;
      }
      this.end = at + 1;
      return LITERAL;
    }
    this.end = text.length;
    return LITERAL;
  }

  #scanDoubleQuoted(): number {
    const { doubleQuoted, hasBackslashes } = this.#dialect;
    if (doubleQuoted === "string") {
      return this.#scanString(this.start, hasBackslashes, '"');
    }
    const kind = this.#endName('"');
    return kind === NAME && doubleQuoted === "either" ? NAME_OR_LITERAL : kind;
  }

  /** A quote that is doubled is part of the name. One that nothing ends hides the rest. */
  #endName(quote: string): number {
    const { text } = this;
    for (let at = this.start + 1; at < text.length; at++) {
      if (text[at] !== quote) continue;
      if (text[at + 1] === quote && quote !== "]") {
        at++;
        continue;
      }
      this.end = at + 1;
      return NAME;
    }
    this.end = text.length;
    return LITERAL;
  }

  #scanDollar(): number {
    const { text, start } = this;
    const follows = text.charCodeAt(start + 1);
    if (this.#dialect.isPostgres && !isDigit(follows)) {
      const tagEnd = skipWhile(text, start + 1, isTagPart);
      if (text[tagEnd] === "$") {
        const tag = text.slice(start, tagEnd + 1);
        const end = text.indexOf(tag, tagEnd + 1);
        this.end = end < 0 ? text.length : end + tag.length;
        return LITERAL;
      }
    }
    if (isDigit(follows) || isWordStart(follows)) {
      this.end = skipWhile(
        text,
        start + 1,
        isDigit(follows) ? isDigit : isWordPart,
      );
      return PARAMETER;
    }
    this.end = start + 1;
    return SYMBOL;
  }
}

function skipWhile(
  text: string,
  at: number,
  test: (code: number) => boolean,
): number {
  while (at < text.length && test(text.charCodeAt(at))) at++;
  return at;
}

function isSpace(code: number): boolean {
  return code <= 0x20;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** A letter, `_`, or anything beyond ASCII, as databases have it. */
function isWordStart(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) ||
    code === 0x5f ||
    code >= 0x80;
}

function isWordPart(code: number): boolean {
  return isTagPart(code) || code === 0x24 /* $ */;
}

function isTagPart(code: number): boolean {
  return isWordStart(code) || isDigit(code);
}
