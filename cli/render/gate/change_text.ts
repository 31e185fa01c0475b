/**
 * Changes and how sure they are, as people read them.
 *
 * @module
 */
import { formatShare } from "../../../src/model/numbers.ts";

/** `+12.3%`, `-4%`, `0%`. */
export function changeText(change: number): string {
  if (!Number.isFinite(change)) return change > 0 ? "+∞" : change < 0 ? "-∞" : "-";
  const text = formatShare(Math.abs(change));
  if (text === "0%") return text;
  return `${change < 0 ? "-" : "+"}${text}`;
}

/** `99% interval`; never rounded up to certainty. */
export function confidenceText(confidence: number | undefined): string {
  if (confidence === undefined) return "interval";
  return `${Math.floor(confidence * 1e4 + 1e-6) / 100}% interval`;
}
