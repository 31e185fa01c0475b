/**
 * Summaries of queries by their text: a program repeats few texts often, so a
 * query that was seen before costs one look-up.
 *
 * @module
 */
import { areSecretsKept } from "../kept_secrets.ts";
import { MAX_QUERY_CHARS, type QuerySummary, summarizeQuery } from "./query_summary.ts";
import type { Dialect } from "./sql_tokens.ts";
import { Map } from "../../runtime/intrinsics.ts";

/** Texts in each of the two generations that are kept. */
const MAX_TEXTS = 500;
/** A longer text holds data and will not come again; it is not kept either. */
const MAX_TEXT_CHARS = 8192;

export class QueryCache {
  readonly #dialect: Dialect;
  #young = new Map<string, QuerySummary>();
  #old = new Map<string, QuerySummary>();
  /** What was made of texts that differ in their literals is one object. */
  readonly #summaries = new Map<string, QuerySummary>();
  #lastText: string | undefined;
  #last: QuerySummary | undefined;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** The summary of a query. Anything but a text has an empty one. */
  get(text: unknown): QuerySummary {
    if (typeof text !== "string") return NO_QUERY;
    if (text === this.#lastText) return this.#last!;
    if (text.length > MAX_TEXT_CHARS) return this.#summarize(text);
    const summary = this.#young.get(text) ?? this.#keep(text);
    this.#lastText = text;
    this.#last = summary;
    return summary;
  }

  #keep(text: string): QuerySummary {
    const summary = this.#old.get(text) ?? this.#summarize(text);
    if (this.#young.size >= MAX_TEXTS) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(text, summary);
    return summary;
  }

  #summarize(text: string): QuerySummary {
    const hidden = summarizeQuery(text, this.#dialect);
    const summary = areSecretsKept() ? { ...hidden, text: text.slice(0, MAX_QUERY_CHARS) } : hidden;
    const known = this.#summaries.get(summary.text);
    if (known !== undefined) return known;
    if (this.#summaries.size < 2 * MAX_TEXTS) {
      this.#summaries.set(summary.text, summary);
    }
    return summary;
  }
}

/** What a client was asked that is no query. */
export const NO_QUERY: QuerySummary = {
  summary: "",
  operation: "",
  collection: undefined,
  text: "",
};
