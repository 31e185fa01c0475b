/**
 * Records the example under Deno and under Bun, shows the report and puts it
 * through a gate. Everything it does is a command of ferret, shown before it runs.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./root.ts";
import { findRuntime, type Runtime } from "./runtimes.ts";

const PROGRAM = "examples/checkout/main.ts";
const RECORDING = "demo.duckdb";

function ferret(runtime: Runtime, ...args: string[]): void {
  console.log(`\n$ ferret ${args.map(quote).join(" ")}`);
  const flags = runtime.name === "deno" ? ["run", "--allow-all"] : [];
  const { status } = spawnSync(runtime.path, [...flags, "bin/ferret.mjs", ...args], {
    cwd: ROOT,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`ferret ${args[0]} ended with exit code ${status}`);
}

function quote(argument: string): string {
  return /^[\w./:=%-]+$/.test(argument) ? argument : `'${argument}'`;
}

function demonstrate(): void {
  rmSync(join(ROOT, RECORDING), { force: true });
  for (const runtime of [findRuntime("deno"), findRuntime("bun")]) {
    console.log(`\n──── ${runtime.name} ${runtime.version} ────`);
    // Deno's permissions are the program's own; ferret adds none to what it may do.
    const flags = runtime.name === "deno" ? ["--allow-net"] : [];
    ferret(runtime, "run", "--runtime", runtime.name, "-o", RECORDING, ...flags, PROGRAM);
    ferret(runtime, "report", RECORDING, "--limit", "15");
    ferret(runtime, "check", RECORDING, "--p95", "250ms", "--error-rate", "5%");
  }
  ferret(findRuntime("deno"), "runs", RECORDING);
  console.log(`\nThe recording is ${RECORDING}: any DuckDB client opens it.`);
}

try {
  demonstrate();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
