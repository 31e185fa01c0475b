/**
 * Reads what a partial says about itself, without changing it.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { closeDatabase } from "./duckdb_api.ts";
import { openUnlocked } from "./join.ts";
import { COMPLETE_FILE, STATE_FILE } from "./parquet_files.ts";
import { storeKind } from "./partial.ts";
import { readRows } from "./rows.ts";
import type { PartialState } from "./run_store.ts";

/** `complete`: only the joining is missing. `empty`: its writer died before the first word. */
export type PartialContent =
  | { kind: "complete" }
  | { kind: "empty" }
  | { kind: "unfinished"; state: PartialState };

/**
 * Reads the partial `path` of the recording `out`.
 *
 * @throws {OutputError} when somebody has it open or it is damaged.
 */
export async function readPartial(path: string, out: string): Promise<PartialContent> {
  return storeKind(out) === "parquet" ? readFolder(path) : await readFile(path);
}

function readFolder(path: string): PartialContent {
  if (existsSync(join(path, COMPLETE_FILE))) return { kind: "complete" };
  const file = join(path, STATE_FILE);
  if (!existsSync(file)) return { kind: "empty" };
  return { kind: "unfinished", state: JSON.parse(readFileSync(file, "utf8")) as PartialState };
}

async function readFile(path: string): Promise<PartialContent> {
  const database = await openUnlocked(path, { readOnly: true, isForeign: true });
  try {
    const { connection } = database;
    const tables = await readRows(
      connection,
      "SELECT table_name FROM duckdb_tables() WHERE table_name IN ('ferret_partial', 'ferret_meta')",
    );
    const names = tables.map(([name]) => name);
    if (!names.includes("ferret_meta")) return { kind: "empty" };
    if (!names.includes("ferret_partial")) return { kind: "complete" };
    const [row] = await readRows(connection, "SELECT state FROM ferret_partial");
    if (row === undefined) return { kind: "empty" };
    return { kind: "unfinished", state: JSON.parse(row[0] as string) as PartialState };
  } finally {
    closeDatabase(database);
  }
}
