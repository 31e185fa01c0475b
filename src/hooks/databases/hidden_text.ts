/**
 * The text of a query as it is recorded, put together token by token: one space
 * between them where there was any, and each list of nothing but values, such
 * as that of `IN` or of rows to insert, as one `(?)`.
 *
 * @module
 */
import { Set } from "../../runtime/intrinsics.ts";

/** Words that are as good as a value in a list. */
const VALUE_WORDS = new Set(["NULL", "DEFAULT", "TRUE", "FALSE"]);
/** Behind these a list is one of values. */
const BEFORE_LIST = new Set(["IN", "VALUES", "ANY", "ALL", "SOME", "VALUE"]);

export class HiddenText {
  readonly #parts: string[] = [];
  /** Where the list began that has had nothing but values yet; -1: in none. */
  #listAt = -1;
  #hasValue = false;
  #last = "";
  /** Parts up to the end of a list that was collapsed: another may follow behind a comma. */
  #collapsedAt = -1;

  addSpace(): void {
    const last = this.#parts.at(-1);
    if (last === undefined || last === " ") return;
    // Two minus signs of MySQL's (`5--# comment`) would begin a comment if a space followed.
    if (last === "-" && this.#parts.at(-2) === "-") return;
    this.#parts.push(" ");
  }

  addValue(text: string): void {
    this.#parts.push(text);
    this.#last = "?";
    this.#hasValue = true;
  }

  addWord(text: string): void {
    this.#parts.push(text);
    this.#last = text.length > 8 ? "" : text.toUpperCase();
    if (VALUE_WORDS.has(this.#last)) this.#hasValue = true;
    else this.#listAt = -1;
  }

  addSymbol(symbol: string): void {
    if (symbol === "(") {
      const isNextRow = this.#last === "," && this.#collapsedAt >= 0;
      const isList = isNextRow || BEFORE_LIST.has(this.#last);
      this.#listAt = isList ? this.#parts.length : -1;
      this.#hasValue = false;
      if (!isNextRow) this.#collapsedAt = -1;
    } else if (symbol === ")" && this.#listAt >= 0 && this.#hasValue) {
      this.#collapse();
      return;
    } else if (symbol === ",") {
      if (this.#last !== ")") {
        this.#collapsedAt = this.#listAt >= 0 ? this.#collapsedAt : -1;
      }
    } else if (symbol !== "-" && symbol !== "+") {
      this.#listAt = -1;
      this.#collapsedAt = -1;
    }
    this.#parts.push(symbol);
    this.#last = symbol;
  }

  toString(): string {
    return this.#parts.join("").trimEnd();
  }

  /** The list that ends here becomes `(?)`, or nothing if it follows another. */
  #collapse(): void {
    if (this.#collapsedAt >= 0) {
      this.#parts.length = this.#collapsedAt;
    } else {
      this.#parts.length = this.#listAt;
      this.#parts.push("(?)");
      this.#collapsedAt = this.#parts.length;
    }
    this.#listAt = -1;
    this.#last = ")";
  }
}
