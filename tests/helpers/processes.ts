/**
 * Starts real programs for tests: the three runtimes of this repository, and
 * ferret itself on the runtime that runs the tests.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { runtimeName } from "../../src/runtime/self.ts";

/** The repository. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** A process that has not ended by then never will; generous, for a busy machine. */
const TIMEOUT_MS = 60_000;

/** How a process ended, and what it printed. */
export interface ProcessResult {
  exitCode: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** Settings of a process. */
export interface ProcessOptions {
  cwd?: string;
  /** Variables beside those of the tests. */
  env?: Record<string, string>;
  /** What is written to its stdin. Default nothing: stdin is at its end. */
  input?: string;
  /** Called with all of stdout so far, whenever there is more, and the process. */
  onOutput?: (stdout: string, child: ChildProcess) => void;
  /** After that it is killed. Default a minute, which is plenty for what starts one program. */
  timeoutMs?: number;
}

/** Runs a command to its end, with the repository's own runtimes first on the PATH. */
export function runProcess(
  [file, ...args]: readonly string[],
  options: ProcessOptions = {},
): Promise<ProcessResult> {
  const child = spawn(file!, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...testEnvironment(), ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), options.timeoutMs ?? TIMEOUT_MS);
  return new Promise((resolve, reject) => {
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      options.onOutput?.(stdout, child);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text);
    child.stdin.on("error", () => {});
    if (options.onOutput === undefined) child.stdin.end(options.input ?? "");
    child.on("error", reject);
    child.on("close", (exitCode, signal) => {
      clearTimeout(timer);
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
}

/** Command line of ferret from the sources, on the runtime of the tests unless another is named. */
export function ferretCommand(args: readonly string[], runtime?: RuntimeName): string[] {
  const main = join(ROOT, "cli/main.ts");
  switch (runtime ?? runtimeName()) {
    case "deno":
      return ["deno", "run", "-A", "--no-check", main, ...args];
    case "bun":
      return ["bun", main, ...args];
    case "node":
      return ["node", main, ...args];
  }
}

/** Command line that runs a script without ferret. */
export function plainCommand(
  runtime: RuntimeName,
  script: string,
  options: { flags?: readonly string[]; args?: readonly string[] } = {},
): string[] {
  const { flags = [], args = [] } = options;
  const run = runtime === "deno" ? ["deno", "run"] : [runtime];
  return [...run, ...flags, runtime === "bun" ? `./${script}` : script, ...args];
}

/**
 * Runtimes whose programs are tried under a ferret on the runtime of these
 * tests: its own. What ferret itself runs on hardly matters to a program, and
 * tests/programs and tests/harm try the other pairs.
 */
export function programRuntimes(): RuntimeName[] {
  return [runtimeName()];
}

/** Calls `use` with a new folder that holds `files`, and removes it afterwards. */
export async function withFolder<T>(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "ferret-test-"));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Variables of the processes that tests start. */
export function testEnvironment(): Record<string, string | undefined> {
  const path = `${join(ROOT, "node_modules", ".bin")}${delimiter}${process.env["PATH"]}`;
  return { ...process.env, PATH: path, NO_COLOR: "1" };
}
