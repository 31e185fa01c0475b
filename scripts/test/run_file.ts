/**
 * Runs one test file on one runtime, in a process of its own: a file that
 * crashes, exits or hangs fails alone.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../root.ts";
import { projectEnvironment, type Runtime } from "../runtimes.ts";
import { countTests, type TestCounts, type TestFailure } from "./junit.ts";

export interface FileResult extends TestCounts {
  /** Path from the project's root. */
  file: string;
  runtime: Runtime;
  durationMs: number;
}

/** One file may take this long, whatever it waits for. */
const FILE_TIMEOUT_MS = 300_000;

/** One test may take this long; only Bun has a limit of its own, 5 s. */
const TEST_TIMEOUT_MS = 120_000;

/** Output kept of a file that crashed. */
const MAX_OUTPUT_LINES = 60;

/** How test files are run. */
export interface RunFileOptions {
  /** How many times longer than usual a file may take. Default 1. */
  patience?: number;
  /** Added to the environment. */
  env?: Record<string, string>;
}

/** Runs a file and counts its tests. Never rejects: what goes wrong is a failure. */
export async function runFile(
  runtime: Runtime,
  file: string,
  options: RunFileOptions = {},
): Promise<FileResult> {
  const folder = mkdtempSync(join(tmpdir(), "ferret-test-"));
  const reportPath = join(folder, "report.xml");
  const startedMs = performance.now();
  const { patience = 1 } = options;
  const args = testArguments(runtime, { file, reportPath, patience });
  const { ending, output } = await runProcess(runtime, args, options);
  const counts = countTests(readReport(reportPath), file);
  rmSync(folder, { recursive: true, force: true });
  if (counts.failures.length === 0) {
    const problem = ending ?? (counts.passed === 0 ? "No tests ran" : undefined);
    if (problem !== undefined) {
      counts.failures.push({ name: "(the file)", message: `${problem}\n${output}` });
    }
  }
  explainCancelled(counts.failures, output);
  return { ...counts, file, runtime, durationMs: performance.now() - startedMs };
}

/** Node says of each test behind a hook that failed that it was cancelled, and nothing else. */
function explainCancelled(failures: TestFailure[], output: string): void {
  const cancelled = failures.filter(({ message }) => message.includes("cancelledByParent"));
  for (const failure of cancelled) failure.message = "Cancelled";
  if (cancelled.length > 0) cancelled[0]!.message = `Cancelled\n${output}`;
}

function testArguments(
  runtime: Runtime,
  { file, reportPath, patience }: { file: string; reportPath: string; patience: number },
): string[] {
  switch (runtime.name) {
    case "deno":
      return ["test", "--allow-all", "--no-check", `--junit-path=${reportPath}`, file];
    case "bun":
      return [
        "test",
        `--timeout=${TEST_TIMEOUT_MS * patience}`,
        "--reporter=junit",
        `--reporter-outfile=${reportPath}`,
        `./${file}`,
      ];
    case "node":
      return [
        "--test",
        "--test-isolation=none",
        "--test-reporter=junit",
        `--test-reporter-destination=${reportPath}`,
        // The one that says why a hook failed.
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        file,
      ];
  }
}

/** @returns `ending`, when the process did not end well, and the end of its output. */
function runProcess(
  runtime: Runtime,
  args: string[],
  { patience = 1, env }: RunFileOptions,
): Promise<{ ending: string | undefined; output: string }> {
  const child = spawn(runtime.path, args, {
    cwd: ROOT,
    env: { ...projectEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (text) => output += text);
  child.stderr.on("data", (text) => output += text);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill("SIGKILL");
  }, FILE_TIMEOUT_MS * patience);
  return new Promise((resolve) => {
    let ending: string | undefined;
    const finish = () => {
      clearTimeout(timer);
      resolve({ ending, output: output.split("\n").slice(-MAX_OUTPUT_LINES).join("\n") });
    };
    child.on("error", (error) => {
      ending = `Cannot start ${runtime.path}: ${error.message}`;
      finish();
    });
    child.on("exit", (code, signal) => {
      if (isLate) ending = `Still running after ${FILE_TIMEOUT_MS * patience / 1000} s`;
      else if (signal !== null) ending = `Ended by ${signal}`;
      else if (code !== 0) ending = `Ended with exit code ${code}`;
      // "close" waits for grandchildren that keep the pipes open.
      setTimeout(finish, 50);
    });
  });
}

function readReport(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
