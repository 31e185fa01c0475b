/**
 * What is worth doing with a run that has just been recorded: looking at it
 * first, comparing it with the one before, then putting limits to it.
 *
 * @module
 */
import type { ListedRun } from "../../src/store/reader/recorded_names.ts";
import type { SpanKey } from "../../src/model/span_reader.ts";
import { DEFAULT_RECORDING } from "../default_recording.ts";

/** A command, and what for. */
export interface Suggestion {
  /** `read it`: what follows a "to". */
  purpose: string;
  /** For a shell. */
  command: string;
}

/** The run that has been recorded. */
export interface RecordedRunPlace {
  /** Of the recording. */
  path: string;
  /** Number of the run in it. */
  n: number;
}

/** Runs of the same program after which limits are worth having. */
const RUNS_BEFORE_LIMITS = 3;

/** Names that are looked through for those of a server. */
const MAX_NAMES = 1_000;

/** What there always is to do. */
export function readingSuggestion({ path }: RecordedRunPlace): Suggestion {
  return { purpose: "read it", command: `ferret report${argumentFor(path)}` };
}

/** Chooses. Whatever cannot be found out is no reason to say anything else than to read it. */
export async function suggestNext(place: RecordedRunPlace, cwd: string): Promise<Suggestion> {
  try {
    return await chosen(place, cwd) ?? readingSuggestion(place);
  } catch {
    return readingSuggestion(place);
  }
}

async function chosen({ path, n }: RecordedRunPlace, cwd: string): Promise<Suggestion | undefined> {
  const { loadConfig } = await import("../config/load_config.ts");
  const { config, path: configPath } = await loadConfig(cwd);
  if ((config.check?.thresholds?.length ?? 0) > 0) {
    return { purpose: "hold it against its limits", command: `ferret check${argumentFor(path)}` };
  }
  if (n < 2) return undefined;
  // DuckDB takes a while to load.
  const { listRuns, readNames } = await import("../../src/store/reader/recorded_names.ts");
  const before = sameProgram(await listRuns(path), n);
  const last = before.at(-1);
  if (last === undefined) return undefined;
  const isTime = configPath === undefined && before.length + 1 === RUNS_BEFORE_LIMITS;
  if (isTime && (await readNames(path, { limit: MAX_NAMES })).some(isRequest)) {
    return { purpose: "put limits to it", command: `ferret init${argumentFor(path)}` };
  }
  return {
    purpose: `compare it with run ${last.n}`,
    command: `ferret diff ${quoted(`${path}#${last.n}`)} ${quoted(`${path}#${n}`)}`,
  };
}

/** The runs of the same command line before run `n`, oldest first. */
function sameProgram(runs: readonly ListedRun[], n: number): ListedRun[] {
  const own = runs.find((run) => run.n === n);
  if (own === undefined) return [];
  const lineOf = ({ command, args }: ListedRun) => JSON.stringify([command, ...args]);
  return runs.filter((run) => run.n < n && lineOf(run) === lineOf(own));
}

function isRequest({ scope }: SpanKey): boolean {
  return scope === "http.server";
}

function argumentFor(path: string): string {
  return path === DEFAULT_RECORDING ? "" : ` ${quoted(path)}`;
}

/** As a shell takes it. */
export function quoted(path: string): string {
  return /^[\w./@:+#-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}
