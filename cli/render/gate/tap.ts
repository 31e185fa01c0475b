/**
 * Verdicts in the Test Anything Protocol, version 14: what cannot be said is
 * skipped, and nothing to measure is a failure.
 *
 * @module
 */
import { sanitize, toSafeJson } from "../../../src/model/sanitize.ts";
import { type GateItem, type GateView, verdictLine } from "./gate_view.ts";

/** A line for each answer, with what was found as YAML below it. */
export function toTap(view: GateView): string {
  const { items } = view;
  const comments = [verdictLine(view), ...view.notes].map((line) => `# ${sanitize(line)}\n`);
  const plan = items.length === 0 ? "1..0 # SKIP nothing to judge\n" : `1..${items.length}\n`;
  return ["TAP version 14\n", plan, ...items.map(testPoint), ...comments].join("");
}

function testPoint(item: GateItem, index: number): string {
  const isOk = item.verdict === "pass" || item.verdict === "inconclusive" && !item.isMissing;
  const name = escape(`${item.subject}: ${item.question}`);
  const skip = isOk && item.verdict === "inconclusive" ? ` # SKIP ${escape(item.message)}` : "";
  return `${isOk ? "ok" : "not ok"} ${index + 1} - ${name}${skip}\n${diagnostics(item)}`;
}

/** JSON's strings are YAML's. */
function diagnostics({ verdict, message, facts, place }: GateItem): string {
  const at = place === undefined ? undefined : `${place.file}:${place.line}`;
  const lines = Object.entries({ verdict, message, ...facts, at })
    .filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "")
    .map(([key, value]) => `  ${key}: ${toSafeJson(sanitize(value))}\n`);
  return `  ---\n${lines.join("")}  ...\n`;
}

/** `#` begins a directive. */
function escape(text: string): string {
  return sanitize(text).replace(/[\\#]/g, "\\$&");
}
