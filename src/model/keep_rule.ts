/**
 * What `--keep` says: which traces are kept once their root has ended, as in
 * `errors,slow:100ms,name:http.server:POST *`. One reason is enough.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { parseSelector, type Selector } from "./selector.ts";

/** A rule, read. */
export interface KeepRule {
  /** Traces in which a span failed. */
  errors: boolean;
  /** Traces whose root took at least this long. */
  slowNs: number | undefined;
  /** Traces with a span that one of these matches. */
  names: readonly Selector[];
}

const FORMS = "errors, slow:<time> and name:<selector>";

/**
 * Reads a rule. A comma within a selector is one unless a condition follows it.
 *
 * @throws {SyntaxError} when it is none.
 */
export function parseKeepRule(text: string): KeepRule {
  let errors = false;
  let slowNs: number | undefined;
  const names: Selector[] = [];
  for (const part of text.split(/,(?=\s*(?:errors\s*(?:,|$)|slow:|name:))/)) {
    const [, word, value] = /^\s*(errors|slow|name)\s*(?::(.*))?$/s.exec(part) ?? [];
    if (word === "errors" && value === undefined) {
      errors = true;
    } else if (word === "slow" && value !== undefined) {
      const ns = parseDuration(value);
      slowNs = slowNs === undefined ? ns : Math.min(slowNs, ns);
    } else if (word === "name" && value !== undefined) {
      names.push(parseSelector(value));
    } else {
      throw new SyntaxError(`Cannot read --keep "${part.trim()}": expected ${FORMS}`);
    }
  }
  return { errors, slowNs, names };
}
