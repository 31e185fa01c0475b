/**
 * A recording in a folder of Parquet files, one folder in it for each run.
 *
 * Only regular files are read: a link in a folder from a stranger may lead to
 * what is not his.
 *
 * @module
 */
import { type Dirent, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { RecordingError } from "../../model/recording_error.ts";
import { quoteString, type TableName, TABLES } from "../schema.ts";
import { Sandbox } from "./sandbox.ts";
import { createViews, type FoundTable } from "./table_views.ts";

/** Files of one run by table. */
type RunFiles = Map<string, string[]>;

/**
 * Opens the folder and offers its tables, those of all runs together.
 *
 * @param only The tables that are needed. Default: all.
 * @throws {RecordingError}
 */
export async function openParquetFolder(
  path: string,
  target?: string,
  only: readonly TableName[] = Object.keys(TABLES) as TableName[],
): Promise<Sandbox> {
  const folder = realpathSync(path);
  const runs = listFolder(path, folder)
    .filter((entry) => entry.isDirectory() && isRunFolder(entry.name))
    .map((entry) => findFiles(path, join(folder, entry.name)))
    .filter((files) => files.has("runs"));
  if (runs.length === 0) {
    throw new RecordingError("E_RECORDING_EMPTY", {
      path,
      state: "the folder holds no recorded run",
    });
  }
  const sandbox = await Sandbox.ofFolder(folder, target);
  try {
    await createViews(sandbox, await describe(sandbox, runs, only), only);
    return sandbox;
  } catch (error) {
    sandbox.close();
    throw error;
  }
}

/**
 * The store's partials begin with a dot. A name that is a pattern would be read
 * as all that it fits, links included.
 */
function isRunFolder(name: string): boolean {
  return !name.startsWith(".") && !/[*?[\]]/.test(name);
}

async function describe(
  sandbox: Sandbox,
  runs: RunFiles[],
  only: readonly TableName[],
): Promise<Map<string, FoundTable>> {
  const tables = new Map<string, FoundTable>();
  for (const table of only) {
    const files = runs.flatMap((run) => run.get(table) ?? []);
    if (files.length === 0) continue;
    const source = `read_parquet([${
      files.map(quoteString).join(", ")
    }], union_by_name = true, hive_partitioning = false)`;
    const rows = await sandbox.rows(`DESCRIBE SELECT * FROM ${source}`) as [string, string][];
    tables.set(table, { source, columns: new Map(rows.map(([name, type]) => [name, type])) });
  }
  return tables;
}

function findFiles(path: string, folder: string): RunFiles {
  const files: RunFiles = new Map();
  for (const entry of listFolder(path, folder)) {
    const match = /^([a-z_]+)(?:-\d+)?\.parquet$/.exec(entry.name);
    if (match === null || !entry.isFile()) continue;
    files.set(match[1]!, [...files.get(match[1]!) ?? [], join(folder, entry.name)]);
  }
  return files;
}

function listFolder(path: string, folder: string): Dirent[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (cause) {
    throw new RecordingError("E_RECORDING_NOT_READABLE", {
      path,
      state: `the folder cannot be listed (${(cause as NodeJS.ErrnoException).code})`,
      cause,
    });
  }
}
