/**
 * The text of instrumented functions as it was before: what
 * `Function.prototype.toString` is to say.
 *
 * Nothing is looked for before somebody asks; until then only the sources are
 * kept.
 *
 * @module
 */
import { applyInsertions, type Insertion } from "./transform.ts";
import { Map } from "../../runtime/intrinsics.ts";

/** A file of which functions are instrumented. */
export interface InstrumentedFile {
  source: string;
  insertions: readonly Insertion[];
}

/** Finds a function's text before the instrumentation, by that after it. */
export type FindOriginal<F extends InstrumentedFile> = (
  file: F,
  text: string,
) => string | undefined;

/** Texts that are kept. */
const MAX_KNOWN = 1000;

/** How instrumented functions begin, with their number. */
const BEGINNING = /__ferret__\.[bg]\((\d+)\)/;

/** All instrumented files of a thread. */
export class OriginalTexts<F extends InstrumentedFile> {
  readonly #files = new Map<number, F>();
  readonly #find: FindOriginal<F>;
  /** Of functions that were asked for before: libraries ask for the same ones again and again. */
  readonly #known = new Map<string, string>();

  constructor(find: FindOriginal<F>) {
    this.#find = find;
  }

  /** Keeps a file, and the numbers of the functions in it. */
  add(file: F, numbers: Iterable<number>): void {
    for (const number of numbers) this.#files.set(number, file);
  }

  /** The text that `text` was made of; `text` itself when nothing was inserted. */
  of(text: string): string {
    // By far the most: a search for a word is much faster than an expression.
    if (!text.includes("__ferret__")) return text;
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const number = BEGINNING.exec(text)?.[1];
    const file = number === undefined ? undefined : this.#files.get(Number(number));
    const original = (file && this.#find(file, text)) ?? text;
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(text, original);
    return original;
  }
}

/**
 * Takes the insertions out again, where the engine keeps the source as it is.
 * Only they are compared: Node puts blanks where types were.
 */
export function withoutInsertions(file: InstrumentedFile, text: string): string | undefined {
  const code = applyInsertions(file.source, file.insertions);
  const mark = BEGINNING.exec(text);
  if (mark === null) return undefined;
  // More than one function of a line may have the same number.
  for (let at = code.indexOf(mark[0]); at >= 0; at = code.indexOf(mark[0], at + 1)) {
    const original = removeFrom(text, at - mark.index, file.insertions);
    if (original !== undefined) return original;
  }
  return undefined;
}

/** Removes them from the part of the file that begins at `start`; undefined when it is not `text`. */
function removeFrom(
  text: string,
  start: number,
  insertions: readonly Insertion[],
): string | undefined {
  let result = "";
  let from = 0;
  let inserted = 0;
  for (const insertion of insertions) {
    const at = insertion.at + inserted - start;
    inserted += insertion.text.length;
    if (at < 0) continue;
    if (at >= text.length) break;
    if (!text.startsWith(insertion.text, at)) return undefined;
    result += text.slice(from, at);
    from = at + insertion.text.length;
  }
  return result + text.slice(from);
}
