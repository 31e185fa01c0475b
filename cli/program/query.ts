/**
 * What `ferret query` and `ferret sql` take, and what their help says.
 *
 * @module
 */
import { type Command, Option } from "@commander-js/extra-typings";
import { TABLE_FORMATS } from "../formats.ts";
import type { Io } from "../io.ts";
import { RECORDING } from "./options.ts";

const QUERY_HELP = `
Examples:
  ferret query "SELECT name, count(*) AS n FROM spans GROUP BY name ORDER BY n DESC LIMIT 10"
  ferret query "FROM runs" runs.duckdb --format json
  ferret query - < slow.sql`;

const SQL_HELP = `
Examples:
  ferret sql
  ferret sql runs.duckdb --run 3`;

export function addQuery(program: Command, io: Io, finish: (exitCode: number) => void): void {
  program.command("query")
    .description("ask a recording in SQL")
    .argument("<sql>", "a query for DuckDB, over the tables of docs/recording.md; - reads stdin")
    .argument("[recording]", RECORDING)
    .option("--run <id|n>", "only this run (default: all that are in the recording)")
    .addOption(
      new Option("--format <format>", "how to print the answer").choices(TABLE_FORMATS)
        .default("table" as const),
    )
    .addHelpText("after", QUERY_HELP)
    .action(async (sql, recording, options) => {
      const { query } = await import("../commands/query.ts");
      finish(await query({ sql, recording, ...options }, io));
    });
}

export function addSql(program: Command, io: Io, finish: (exitCode: number) => void): void {
  program.command("sql")
    .description("open a recording in DuckDB's shell, if that is installed")
    .argument("[recording]", RECORDING)
    .option("--run <id|n>", "only this run (default: all that are in the recording)")
    .addHelpText("after", SQL_HELP)
    .action(async (recording, options) => {
      const { sql } = await import("../commands/sql.ts");
      finish(await sql({ recording, ...options }, io));
    });
}
