/**
 * What `ferret run` says on stderr when the program has ended.
 *
 * @module
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { isBalanced } from "../../src/model/ledger.ts";
import type { FinishReport } from "../../src/model/run_info.ts";
import type { SessionReport } from "./session.ts";
import { formatSize } from "./size.ts";
import { quoted, readingSuggestion, type Suggestion } from "./suggestion.ts";

/**
 * The lines of the summary, without ferret's name before them. Problems are not
 * among them.
 *
 * @param next What to do with the run. Default: to read it.
 */
export function summarize(report: SessionReport, out: string, next?: Suggestion): string[] {
  const { recording, end, isLeft, notes } = report;
  const option = out === "out.duckdb" ? "" : ` ${quoted(out)}`;
  const later = `what is not in ${out} yet is kept, to add it: ferret recover${option}`;
  if (recording === undefined) return isLeft ? [...notes, later] : notes;
  const { ledger } = recording;
  const how = end.signal === undefined ? `exit code ${end.exitCode}` : `ended by ${end.signal}`;
  const spans = count(ledger.stored, "span");
  const lines = [
    `${spans} in ${seconds(report.durationNs)}, ${how}, ${losses(recording)}`,
    ...notes,
  ];
  if (recording.joined) {
    const size = sizeOf(recording.path);
    const { path, n } = recording;
    const { purpose, command } = next ?? readingSuggestion({ path, n });
    lines.push(`${path} (run ${n}, ${size}), to ${purpose}: ${command}`);
  } else if (isLeft) {
    lines.push(later);
  } else if (recording.partialPath === undefined) {
    lines.push(`nothing is recorded in ${out}`);
  } else {
    lines.push(`the run is in "${recording.partialPath}" until ferret recover adds it to ${out}`);
  }
  return lines;
}

function losses({ ledger, waiting }: FinishReport): string {
  const parts: string[] = [];
  if (waiting > 0) parts.push(`${waiting.toLocaleString("en-US")} not stored yet`);
  if (ledger.lost > 0) parts.push(`${count(ledger.lost, "span")} lost`);
  if (ledger.unfinished > 0) parts.push(`${ledger.unfinished} unfinished`);
  if (ledger.belowMinimum > 0) parts.push(`${ledger.belowMinimum} below the minimum`);
  if (ledger.sampledOut > 0) parts.push(`${ledger.sampledOut} sampled out`);
  if (!isBalanced(ledger)) parts.push("the books do not balance (a fault of ferret's)");
  if (ledger.lost === 0) parts.push("nothing lost");
  return parts.join(", ");
}

function count(n: number, noun: string): string {
  return `${n.toLocaleString("en-US")} ${noun}${n === 1 ? "" : "s"}`;
}

function seconds(ns: number): string {
  return ns < 1e9 ? `${Math.round(ns / 1e6)} ms` : `${(ns / 1e9).toPrecision(3)} s`;
}

/** Bytes of a recording, as people read them. */
export function sizeOf(path: string): string {
  try {
    const stat = statSync(path);
    if (!stat.isDirectory()) return formatSize(stat.size);
    const entries = readdirSync(path, { recursive: true, encoding: "utf8" });
    const bytes = entries.map((name) => statSync(join(path, name)));
    return formatSize(bytes.reduce((sum, entry) => sum + (entry.isFile() ? entry.size : 0), 0));
  } catch {
    return "size unknown";
  }
}
