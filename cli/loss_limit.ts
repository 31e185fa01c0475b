/**
 * How many spans may be lost, as users write it.
 *
 * @module
 */
import type { LossLimit } from "../src/analysis/check_verdict.ts";
import { parseRatio } from "../src/model/ratio.ts";

/** Reads `1%`, `0.01` or `20`. @throws {SyntaxError} */
export function parseLossLimit(text: string): LossLimit {
  if (/^\d+$/.test(text)) return { spans: Number(text) };
  try {
    return { fraction: parseRatio(text) };
  } catch {
    throw new SyntaxError(`Cannot read --max-loss "${text}": expected "1%" or a number of spans`);
  }
}
