/**
 * Starts the programs that are measured.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { projectEnvironment } from "../scripts/runtimes.ts";
import type { Bench } from "./figure.ts";

/** A process that ended well. */
export interface Ended {
  stdout: string;
  stderr: string;
  /** From its start to its end. */
  durationMs: number;
  /** Unix time of its end. */
  endedAtMs: number;
}

/** Path of a program of the benchmarks. */
export function programPath(name: string): string {
  return fileURLToPath(new URL(join("programs", name), import.meta.url));
}

/** Command line of a program without ferret. */
export function plainCommand({ runtime }: Bench, program: string, args: string[] = []): string[] {
  const flags = runtime.name === "deno" ? ["run", "--allow-all", "--no-check"] : [];
  return [runtime.path, ...flags, programPath(program), ...args];
}

/** Command line of a program that `ferret run` records. */
export function recordedCommand(
  bench: Bench,
  options: { out: string; flags?: string[]; program: string; args?: string[] },
): string[] {
  const { name } = bench.runtime;
  return bench.ferretCommand([
    "run",
    ...["--runtime", name, "--out", join(bench.folder, options.out)],
    ...options.flags ?? [],
    ...name === "deno" ? ["--allow-all"] : [],
    programPath(options.program),
    ...options.args ?? [],
  ]);
}

/** Runs a command to its end. Rejects when it does not end well. */
export function run([file, ...args]: string[], cwd?: string): Promise<Ended> {
  const startedMs = performance.now();
  const child = spawn(file!, args, {
    env: projectEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => stdout += text);
  child.stderr.on("data", (text) => stderr += text);
  return new Promise((resolve, reject) => {
    let endedAtMs = 0;
    let durationMs = 0;
    child.on("error", reject);
    child.on("exit", () => {
      endedAtMs = Date.now();
      durationMs = performance.now() - startedMs;
    });
    child.on("close", (code) => {
      if (code === 0) resolve({ stdout, stderr, durationMs, endedAtMs });
      else reject(new Error(`${file} ${args.join(" ")} ended with ${code}: ${stderr}${stdout}`));
    });
  });
}

/** What a program printed as its last line, read as JSON. */
export function lastJson<T>({ stdout, stderr }: Ended): T {
  const line = stdout.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as T;
  } catch {
    throw new Error(`The program printed no figures: ${stdout}${stderr}`);
  }
}

/** The report of a recording. */
export async function readReport(bench: Bench, out: string): Promise<Report> {
  const ended = await run(
    bench.ferretCommand(["report", join(bench.folder, out), "--format", "json"]),
  );
  return JSON.parse(ended.stdout) as Report;
}

/** The parts of `ferret report --format json` that are used here. */
export interface Report {
  loss: { issued: number; stored: number; lost: number };
  overhead: { ns_per_span: number; fraction: number };
}
