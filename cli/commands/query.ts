/**
 * `ferret query`: SQL over a recording.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { QueryError, type QueryResult, type QueryValue } from "../../src/model/query_result.ts";
import { parseRecordingName } from "../../src/store/reader/recording_path.ts";
import { UsageError } from "../errors.ts";
import type { TableFormat } from "../formats.ts";
import type { Io } from "../io.ts";
import { type RecordingOptions, withRecording } from "../read_recording.ts";
import { countOf } from "../../src/model/numbers.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { QueryPrinter } from "../render/query_printer.ts";

/** Options of `ferret query`. */
export interface QueryOptions extends RecordingOptions {
  /** DuckDB's; `-`: it is read from stdin. */
  sql: string;
  /** Default: table. */
  format?: TableFormat | undefined;
}

/** Instead of a query: it comes from there. */
const STDIN = "-";

/** Rows that a table shows; the widths of its columns must be known before it is printed. */
const MAX_TABLE_ROWS = 10_000;

/** @returns 0. @throws {RecordingError} @throws {UsageError} when the query is wrong. */
export async function query(options: QueryOptions, io: Io): Promise<number> {
  const { format = "table" } = options;
  const sql = options.sql === STDIN ? await io.input?.() ?? "" : options.sql;
  if (sql.trim() === "") {
    throw new UsageError(
      'Cannot query: expected SQL, e.g. "SELECT name, count(*) FROM spans GROUP BY 1"',
    );
  }
  refuseSwapped(sql, options.recording);
  const { QueryReader } = await import("../../src/store/reader/query.ts");
  await withRecording(options, io, {
    open: QueryReader.open,
    use: async (reader) => {
      try {
        await print(await reader.query(sql), format, io);
      } catch (error) {
        if (!(error instanceof QueryError)) throw error;
        const [first, ...where] = error.message.split("\n");
        throw new UsageError(
          `Cannot query: ${sanitize(first!)}`,
          where.length === 0 ? undefined : where.map(sanitize).join("\n"),
        );
      }
    },
  });
  return 0;
}

/** Most who swap the two get a file that is not there, named like a query. */
function refuseSwapped(sql: string, recording: string | undefined): void {
  if (recording === undefined || !existsSync(parseRecordingName(sql).path)) return;
  throw new UsageError(
    `Cannot query: "${sanitize(sql)}" is a file and no SQL`,
    "The query comes first: ferret query <sql> [recording]",
  );
}

async function print(result: QueryResult, format: TableFormat, io: Io): Promise<void> {
  const printer = new QueryPrinter(result.columns, { format, columns: io.columns });
  const kept: (readonly QueryValue[])[] = [];
  let isCut = false;
  io.out(printer.head());
  for await (const rows of result.rows) {
    if (!printer.isWhole) {
      io.out(printer.rows(rows));
      await io.flushed?.();
      if (io.isUnread?.()) return;
      continue;
    }
    const room = MAX_TABLE_ROWS - kept.length;
    kept.push(...rows.slice(0, room));
    // How many more there are would take as long to find out as to read them.
    isCut = rows.length > room;
    if (isCut) break;
  }
  io.out(printer.tail(kept));
  if (isCut) {
    const shown = countOf(MAX_TABLE_ROWS, "row");
    io.err(`ferret: the first ${shown} are shown (--format csv or json has them all)\n`);
  }
}
