/**
 * Reads what a partial says about itself, without changing it. A partial may
 * come from anybody: nothing that it says is believed to have the right form.
 *
 * @module
 */
import {
  closeSync,
  existsSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { closeDatabase, DATABASE_NAME } from "./duckdb_api.ts";
import { openUnlocked } from "./join.ts";
import { OutputError } from "./output_error.ts";
import { COMPLETE_FILE, parquetName, STATE_FILE } from "./parquet_files.ts";
import { storeKind } from "./partial.ts";
import { readRows } from "./rows.ts";
import type { PartialState } from "./run_store.ts";
import { FORMAT_VERSION } from "./schema.ts";

/** `complete`: only the joining is missing. `empty`: its writer died before the first word. */
export type PartialContent =
  | { kind: "complete" }
  | { kind: "empty" }
  | { kind: "unfinished"; state: PartialState };

/** What DuckDB writes before anything else. */
const HEADER_BYTES = 3 * 4096;

/**
 * Reads the partial `path` of the recording `out`.
 *
 * @throws {OutputError} when somebody has it open, it is damaged, or a newer ferret wrote it.
 */
export async function readPartial(path: string, out: string): Promise<PartialContent> {
  return storeKind(out) === "parquet" ? readFolder(path) : await readFile(path);
}

function readFolder(path: string): PartialContent {
  if (existsSync(join(path, COMPLETE_FILE))) return { kind: "complete" };
  const file = join(path, STATE_FILE);
  if (existsSync(file)) {
    if (!lstatSync(file).isFile()) throw damaged(path, `its "${STATE_FILE}" is not a file`);
    return { kind: "unfinished", state: parseState(path, readFileSync(file, "utf8")) };
  }
  // Only the last rename is missing: the list of files is removed before it.
  if (existsSync(join(path, parquetName("runs")))) return { kind: "complete" };
  if (readdirSync(path).some((name) => !name.endsWith(".tmp"))) {
    throw damaged(path, "it holds a part of a run, and nothing says of which");
  }
  return { kind: "empty" };
}

async function readFile(path: string): Promise<PartialContent> {
  if (isUnbegun(path)) return { kind: "empty" };
  const database = await openUnlocked(path, { readOnly: true, isForeign: true });
  try {
    const { connection } = database;
    const tables = await readRows(
      connection,
      `SELECT table_name FROM duckdb_tables()
       WHERE database_name = '${DATABASE_NAME}' AND schema_name = 'main'
         AND table_name IN ('ferret_partial', 'ferret_meta')`,
    );
    const names = tables.map(([name]) => name);
    if (!names.includes("ferret_meta")) return { kind: "empty" };
    const from = `FROM ${DATABASE_NAME}.main`;
    const versions = await readRows(connection, `SELECT format_version ${from}.ferret_meta`);
    for (const [version] of versions) requireKnown(path, version);
    if (!names.includes("ferret_partial")) return { kind: "complete" };
    const [row] = await readRows(connection, `SELECT state ${from}.ferret_partial`);
    if (row === undefined) return { kind: "empty" };
    return { kind: "unfinished", state: parseState(path, String(row[0])) };
  } finally {
    closeDatabase(database);
  }
}

/** Whether its writer died before DuckDB had written all of its three headers. */
function isUnbegun(path: string): boolean {
  const { size } = statSync(path);
  if (size === 0) return true;
  if (size >= HEADER_BYTES) return false;
  const begin = new Uint8Array(12);
  const fd = openSync(path, "r");
  try {
    readSync(fd, begin, 0, begin.length, 0);
  } finally {
    closeSync(fd);
  }
  // Whatever else has such a name is somebody's file.
  return begin.every((byte) => byte === 0) || new TextDecoder().decode(begin.slice(8)) === "DUCK";
}

function parseState(path: string, text: string): PartialState {
  let state: Partial<PartialState> & { format?: number } | null;
  try {
    state = JSON.parse(text) as typeof state;
  } catch (cause) {
    throw damaged(path, "what it says about itself cannot be read", cause);
  }
  requireKnown(path, state?.format);
  const hasForm = typeof state?.run?.runId === "string" && Array.isArray(state.run.args) &&
    Number.isFinite(state.run.startedAtNs) && Number.isInteger(state.ownerPid) &&
    Array.isArray(state.rings) &&
    state.rings.every((ring) =>
      ring !== null && ["string", "undefined"].includes(typeof ring?.path)
    );
  if (!hasForm) throw damaged(path, "what it says about itself is incomplete");
  return state as PartialState;
}

/** @throws {OutputError} when a newer ferret wrote the partial. */
function requireKnown(path: string, version: unknown): void {
  if (typeof version !== "number" || version <= FORMAT_VERSION) return;
  const state = `a newer ferret wrote it (format ${version}, this one knows ${FORMAT_VERSION})`;
  throw new OutputError("E_OUTPUT_NEWER", { path, state });
}

function damaged(path: string, state: string, cause?: unknown): OutputError {
  return new OutputError("E_OUTPUT_FOREIGN", { path, state, cause });
}
