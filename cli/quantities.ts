/**
 * What of spans is compared, as users write it: `p50,p99,avg,errors`.
 *
 * @module
 */
import type { Quantity } from "../src/analysis/compare/comparison.ts";
import { parsePercentile } from "../src/model/percentile.ts";

/**
 * Reads a list of quantities.
 *
 * @throws {SyntaxError} when one of them is none.
 */
export function parseQuantities(text: string): Quantity[] {
  const quantities = text.split(",").map((part) => parseQuantity(text, part.trim()));
  const names = quantities.map(quantityName);
  return quantities.filter((_, i) => names.indexOf(names[i]!) === i);
}

/** `p99`, `avg`, `errors`. */
export function quantityName(quantity: Quantity): string {
  return quantity.kind === "percentile" ? `p${quantity.percentile.text}` : quantity.kind;
}

function parseQuantity(all: string, text: string): Quantity {
  if (text === "avg" || text === "mean") return { kind: "avg" };
  if (text === "errors") return { kind: "errors" };
  if (text === "med" || text === "median") return percentile("50");
  const match = /^p(?:\((\d{1,3}(?:\.\d{1,6})?)\)|(\d{1,3}(?:\.\d{1,6})?))$/.exec(text);
  const digits = match?.[1] ?? match?.[2];
  // As the flags of ferret check have it: p999 is the 99.9th.
  if (digits !== undefined) return percentile(/^99\d$/.test(digits) ? `99.${digits[2]}` : digits);
  throw new SyntaxError(
    `Cannot read quantity "${text}" of "${all}": expected p50, p99.9, avg or errors`,
  );
}

function percentile(text: string): Quantity {
  return { kind: "percentile", percentile: parsePercentile(text) };
}
