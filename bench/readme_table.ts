/**
 * Puts the figures of a run into README.md, between two comments.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../scripts/root.ts";
import { type Figure, isReached } from "./figure.ts";
import type { Machine } from "./machine.ts";
import { formatValue } from "./table.ts";

/** All figures of one run of the benchmarks. */
export interface BenchReport {
  at: string;
  commit: string;
  machine: Machine;
  results: RuntimeResult[];
}

export interface RuntimeResult {
  runtime: string;
  version: string;
  outcomes: Outcome[];
}

/** Figures of one measurement on one runtime. */
export interface Outcome {
  measurement: string;
  title: string;
  figures: Figure[];
  /** Why there are none. */
  error?: string;
}

const START = "<!-- bench: written by npm run bench -- --readme -->";
const END = "<!-- /bench -->";

/** Replaces the table in README.md. */
export function writeReadmeTable(report: BenchReport): void {
  const path = join(ROOT, "README.md");
  const text = readFileSync(path, "utf8");
  const [before, rest] = text.split(START);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`Cannot find the place for the table in ${path}`);
  writeFileSync(path, `${before}${START}\n\n${formatReport(report)}\n${END}${after}`);
}

/** A table with a column for each runtime. */
export function formatReport({ at, commit, machine, results }: BenchReport): string {
  const { cpu, cores, system, load } = machine;
  const lines = [
    `${cpu}, ${cores} cores, ${system}, load ${load} at the start; ${at.slice(0, 10)}, ` +
    `commit ${commit}. ✗ marks a goal that was missed.`,
    "",
    `| | ${results.map(({ runtime, version }) => `${runtime} ${version}`).join(" | ")} | goal |`,
    `| --- |${" ---: |".repeat(results.length)} --- |`,
  ];
  for (const title of new Set(results.flatMap(({ outcomes }) => outcomes.map((o) => o.title)))) {
    lines.push(`| **${title}** |${" |".repeat(results.length + 1)}`);
    for (const what of whatOf(results, title)) {
      const figures = results.map((result) => find(result, title, what));
      const goals = new Set(figures.flatMap((figure) => figure?.goal ? [goalOf(figure)] : []));
      lines.push(
        `| ${what.trim()} | ${figures.map(cell).join(" | ")} | ${[...goals].join("; ")} |`,
      );
    }
  }
  return lines.join("\n") + "\n";
}

function whatOf(results: readonly RuntimeResult[], title: string): Set<string> {
  const outcomes = results.flatMap((result) => result.outcomes.filter((o) => o.title === title));
  return new Set(outcomes.flatMap(({ figures }) => figures.map(({ what }) => what)));
}

function find(result: RuntimeResult, title: string, what: string): Figure | undefined {
  return result.outcomes.find((outcome) => outcome.title === title)?.figures
    .find((figure) => figure.what === what);
}

function cell(figure: Figure | undefined): string {
  if (figure === undefined) return "–";
  return formatValue(figure) + (isReached(figure) === false ? " ✗" : "");
}

function goalOf({ goal, unit }: Figure): string {
  return `${goal!.is === "at most" ? "≤" : "≥"} ${formatValue({ value: goal!.limit, unit })}`;
}
