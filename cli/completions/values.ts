/**
 * What the value of an option or an argument can be.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { findBaselineFolder, listBaselines } from "../../src/baseline/baseline_folder.ts";
import { type CatalogEntry, HOOK_CATALOG } from "../../src/hooks/catalog.ts";
import { GROUP_COLUMNS } from "../../src/model/span_reader.ts";
import { type Candidate, type Completion, NOTHING } from "./candidate.ts";
import { listRecordings, listScripts } from "./files.ts";
import { givenOf, placeholderAt, type Position } from "./position.ts";
import { namesOf, runsOf } from "./recorded.ts";
import { toSelectors, toThresholds } from "./selectors.ts";
import { type ValueKind, valueKind } from "./value_kinds.ts";

/** What runs are compared by. */
const QUANTITIES = ["p50", "p90", "p95", "p99", "p99.9", "avg", "errors"];

/** What is typed, and in which folder. */
export interface Typed {
  typed: string;
  cwd: string;
}

/** Values for a position. */
export async function valuesAt(position: Position, typed: Typed): Promise<Completion> {
  const { option, argument } = position;
  const choices = option === undefined ? argument?.argChoices : option.argChoices;
  if (choices !== undefined) return { candidates: choices.map((value) => ({ value })) };
  const placeholder = placeholderAt(position);
  return placeholder === undefined
    ? NOTHING
    : await valuesOf(valueKind(position.command.name(), placeholder), position, typed);
}

async function valuesOf(
  kind: ValueKind,
  position: Position,
  { typed, cwd }: Typed,
): Promise<Completion> {
  switch (kind) {
    case "recording":
      return { candidates: await recordings(typed, cwd) };
    case "side":
      return { candidates: [...baselines(cwd), ...await recordings(typed, cwd)] };
    case "baseline":
      return { candidates: baselines(cwd) };
    case "run":
      return { candidates: await runsOf(pathOf(meantRecording(position)), cwd) };
    case "selector":
      return { candidates: await selectors(position, { typed, cwd }) };
    case "threshold": {
      // Behind the name nothing of the recording is needed.
      const named = typed.includes(": ") ? [] : await selectors(position, { typed, cwd });
      return { candidates: toThresholds(typed, named) };
    }
    case "grouping":
      return {
        candidates: ["name", "route", "time", ...GROUP_COLUMNS].map((value) => ({ value })),
      };
    case "hooks":
      return { candidates: inList(typed, HOOK_CATALOG.map(toHook)) };
    case "quantities":
      return { candidates: inList(typed, QUANTITIES.map((value) => ({ value }))) };
    case "script":
      return { candidates: listScripts(typed, cwd) };
    case "file":
      return { candidates: [], withFiles: true };
    case "text":
      return NOTHING;
  }
}

/** Recordings in a folder, or, behind a `#`, the runs of one; several with `,` or `-` between. */
async function recordings(typed: string, cwd: string): Promise<Candidate[]> {
  const behindHash = /^(.+)#(?:[\d,-]*[,-])?/s.exec(typed);
  if (behindHash === null || existsSync(resolve(cwd, typed))) return listRecordings(typed, cwd);
  return await runsOf(behindHash[1]!, cwd, behindHash[0]);
}

/** The recording that a command line is about, as far as it says. */
function meantRecording(position: Position): string | undefined {
  return givenOf(position, (kind) => kind === "recording" || kind === "side")[0];
}

function pathOf(recording = "out.duckdb"): string {
  return recording.replace(/#[^#]*$/, "");
}

async function selectors(position: Position, { typed, cwd }: Typed): Promise<Candidate[]> {
  const run = position.values.get("run")?.at(-1);
  return toSelectors(await namesOf(meantRecording(position), { run, cwd }), typed);
}

/** Names of kept baselines. */
function baselines(cwd: string): Candidate[] {
  try {
    const folder = findBaselineFolder(cwd);
    const names = folder === undefined ? [] : listBaselines(folder);
    return names.map((value) => ({ value, description: "baseline" }));
  } catch {
    return [];
  }
}

/** One more of a list with commas. */
function inList(typed: string, all: readonly Candidate[]): Candidate[] {
  const head = typed.slice(0, typed.lastIndexOf(",") + 1);
  const named = new Set(head.split(","));
  return all.filter(({ value }) => !named.has(value))
    .map((candidate) => ({ ...candidate, value: `${head}${candidate.value}` }));
}

function toHook({ name, observes }: CatalogEntry): Candidate {
  return { value: name, description: observes };
}
