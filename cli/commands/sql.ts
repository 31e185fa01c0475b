/**
 * `ferret sql`: a recording in DuckDB's own shell, where that is installed.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { type RecordingOptions, withRecording } from "../read_recording.ts";

/** @returns The exit code of the shell. @throws {RecordingError} @throws {UsageError} */
export async function sql(options: RecordingOptions, io: Io): Promise<number> {
  const { QueryReader } = await import("../../src/store/reader/query.ts");
  // Opened here first: what is wrong with it is said in ferret's words, and the shell is confined
  // by the same statements.
  const setup = await withRecording(options, io, {
    open: QueryReader.open,
    use: (reader) => Promise.resolve([...reader.setup]),
  });
  const folder = mkdtempSync(join(tmpdir(), "ferret-sql-"));
  try {
    const spill = `SET temp_directory = '${folder.replaceAll("'", "''")}'`;
    const script = join(folder, "setup.sql");
    writeFileSync(script, [spill, ...setup].map((line) => `${line};\n`).join(""), { mode: 0o600 });
    return await runShell(["-init", script]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runShell(args: string[]): Promise<number> {
  // Ctrl-C is the shell's.
  const ignore = () => {};
  process.on("SIGINT", ignore);
  return new Promise<number>((done, fail) => {
    const shell = spawn("duckdb", args, { stdio: "inherit" });
    shell.on("error", (error: NodeJS.ErrnoException) => {
      fail(
        error.code === "ENOENT"
          ? new UsageError(
            "Cannot open a shell: DuckDB's program is not installed",
            "https://duckdb.org/docs/installation has it; ferret query needs nothing",
          )
          : error,
      );
    });
    shell.on("exit", (code, signal) => done(code ?? (signal === null ? 1 : 130)));
  }).finally(() => process.off("SIGINT", ignore));
}
