/**
 * Offers the tables of a recording as views of our own, with exactly the
 * columns that this ferret knows: what an older one did not write reads as
 * NULL, what a newer one or a stranger added is not looked at.
 *
 * @module
 */
import { RecordingError } from "../../model/recording_error.ts";
import { type Column, type TableName, TABLES } from "../schema.ts";
import type { Sandbox } from "./sandbox.ts";

/** A table as it is in the recording. */
export interface FoundTable {
  /** SQL for its rows. */
  source: string;
  /** Type of each column by name. */
  columns: ReadonlyMap<string, string>;
}

/** Without these a file is no recording. */
const REQUIRED: Partial<Record<TableName, readonly string[]>> = {
  runs: ["run_id"],
  spans: ["run_id", "name", "scope", "duration_ns", "status"],
};

/** Types that read as each type of the schema. */
const FITTING: Readonly<Record<string, RegExp>> = {
  VARCHAR: /^(VARCHAR|JSON|UUID|ENUM\(.*\))$/s,
  INTEGER: /^U?(TINYINT|SMALLINT|INTEGER|BIGINT)$/,
  BIGINT: /^U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)$/,
  DOUBLE: /^(FLOAT|DOUBLE|DECIMAL\(.*\)|U?(TINYINT|SMALLINT|INTEGER|BIGINT))$/,
  TIMESTAMP: /^TIMESTAMP/,
};

/**
 * Creates the views.
 *
 * @param only The tables that are needed. Default: all.
 * @throws {RecordingError} when the recording lacks what every recording has.
 */
export async function createViews(
  sandbox: Sandbox,
  tables: ReadonlyMap<string, FoundTable>,
  only: readonly TableName[] = Object.keys(TABLES) as TableName[],
): Promise<void> {
  for (const name of only) {
    const columns: readonly Column[] = TABLES[name];
    const table = tables.get(name);
    const required = REQUIRED[name] ?? [];
    if (table === undefined && required.length > 0) {
      throw unsuitable(sandbox.path, `it has no table "${name}"`);
    }
    const list = columns.map(([column, type]) => {
      const found = table?.columns.get(column);
      if (found === undefined) {
        if (table !== undefined && required.includes(column)) {
          throw unsuitable(sandbox.path, `its table "${name}" has no column "${column}"`);
        }
        return `NULL::${type} AS "${column}"`;
      }
      if (!FITTING[type]!.test(found)) {
        const short = found.length > 40 ? `${found.slice(0, 40)}…` : found;
        throw unsuitable(sandbox.path, `column "${column}" of "${name}" is ${short}, not ${type}`);
      }
      return `"${column}"`;
    });
    const rows = table === undefined ? "(SELECT 1) WHERE false" : table.source;
    await sandbox.run(`CREATE VIEW "${name}" AS SELECT ${list.join(", ")} FROM ${rows}`);
  }
}

function unsuitable(path: string, state: string): RecordingError {
  return new RecordingError("E_RECORDING_TABLES", { path, state: `${state}: no ferret wrote it` });
}
