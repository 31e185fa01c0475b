/**
 * Runs planned tests, a few at a time, and prints what came of them.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import type { TestRun } from "./plan.ts";
import { type FileResult, runFile, type RunFileOptions } from "./run_file.ts";

export interface TestTotals {
  passed: number;
  failed: number;
}

/** How tests are run. */
export interface RunTestsOptions extends RunFileOptions {
  /**
   * Files at a time. Default: two more than there are cores, as many tests wait
   * for processes to end or to wake up.
   */
  parallel?: number | undefined;
}

/** Runs everything and prints a line for each file, the failures, and a line for each runtime. */
export async function runTests(
  runs: readonly TestRun[],
  options: RunTestsOptions = {},
): Promise<TestTotals> {
  const results: FileResult[] = [];
  // Node would strip the types of ferret's sources anew in each of a thousand processes.
  const cache = mkdtempSync(join(tmpdir(), "ferret-compiled-"));
  const env = { NODE_COMPILE_CACHE: cache, ...options.env };
  const waiting = [...runs];
  async function work(): Promise<void> {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      const result = await runFile(run.runtime, run.file, { ...options, env });
      results.push(result);
      printFile(result);
    }
  }
  const { parallel = availableParallelism() + 2 } = options;
  await Promise.all(Array.from({ length: parallel }, work));
  rmSync(cache, { recursive: true, force: true, maxRetries: 3 });
  results.forEach(printFailures);
  printRuntimes(results);
  return total(results);
}

function printFile(result: FileResult): void {
  const { runtime, file, passed, failures, durationMs } = result;
  const mark = failures.length === 0 ? "ok  " : "FAIL";
  const counts = failures.length === 0 ? `${passed}` : `${passed}, ${failures.length} failed`;
  console.log(`${mark} ${runtime.name.padEnd(4)} ${file}: ${counts} (${seconds(durationMs)})`);
}

function printFailures({ runtime, file, failures }: FileResult): void {
  for (const { name, message } of failures) {
    console.log(`\n✗ ${runtime.name} ${file}: ${name}\n${indent(message)}`);
  }
}

function printRuntimes(results: readonly FileResult[]): void {
  console.log("");
  for (const [label, group] of Map.groupBy(results, ({ runtime }) => labelOf(runtime))) {
    const { passed, failed } = total(group);
    const durationMs = group.reduce((sum, result) => sum + result.durationMs, 0);
    console.log(`${label}: ${passed} passed, ${failed} failed (${seconds(durationMs)})`);
  }
}

function labelOf(runtime: FileResult["runtime"]): string {
  return `${runtime.name} ${runtime.version}`;
}

function total(results: readonly FileResult[]): TestTotals {
  let passed = 0;
  let failed = 0;
  for (const result of results) {
    passed += result.passed;
    failed += result.failures.length;
  }
  return { passed, failed };
}

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`;
}

function indent(text: string): string {
  return text.split("\n").map((line) => `    ${line}`).join("\n");
}
