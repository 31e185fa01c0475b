/**
 * Starts the profiled program with ferret's own stdin, stdout and stderr, and
 * tells how it ended.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { basename, dirname } from "node:path";
import process from "node:process";
import { startingEnvironment } from "../../src/runtime/environment.ts";
import { FAIL_POINT_VARIABLE } from "../../src/runtime/fail_point.ts";
import { withOuterUmask } from "../../src/runtime/private_umask.ts";
import { exitCodeOf } from "../exit_code.ts";

/** What to start. */
export interface ProgramOptions {
  executable: string;
  /** Name the program sees itself called by; Bun shows it as `process.title`. */
  calledAs: string;
  args: readonly string[];
  /** Variables beside ferret's own environment. */
  environment: Readonly<Record<string, string>>;
  /** What the program gets as file descriptor 3; `pipe`: the other end of `stdio[3]`. */
  descriptor: number | "pipe" | undefined;
  /** What the program reads its input from. Default: ferret's own input. */
  input?: number | undefined;
}

/** How a program ended. */
export interface ProgramEnd {
  /** What a shell would show: 128 + n when signal n ended it. */
  exitCode: number;
  signal: string | undefined;
  endedAtNs: number;
}

/** A started program. */
export interface Program {
  process: ChildProcess;
  /** Rejects when the program could not be started. */
  started: Promise<void>;
  /** Never settles when the program could not be started. */
  ended: Promise<ProgramEnd>;
}

/** Starts a program. */
export function startProgram(options: ProgramOptions): Program {
  // Ferret itself is to fail, and not what the program does with another ferret.
  const { [FAIL_POINT_VARIABLE]: _, ...environment } = startingEnvironment();
  const startedAtNs = Date.now() * 1e6;
  const startedMs = performance.now();
  const child = withOuterUmask(() =>
    spawn(unrewritten(options.executable), [...options.args], {
      stdio: [
        options.input ?? "inherit",
        "inherit",
        "inherit",
        ...(options.descriptor === undefined ? [] : [options.descriptor]),
      ],
      env: { ...environment, ...options.environment },
      argv0: options.calledAs,
    })
  );
  const started = new Promise<void>((resolve, reject) => {
    child.on("spawn", resolve);
    child.on("error", reject);
  });
  const ended = new Promise<ProgramEnd>((resolve) => {
    child.on("exit", (code, signal) => {
      resolve({
        exitCode: exitCodeOf(code, signal),
        signal: signal ?? undefined,
        // The system's clock may be set meanwhile.
        endedAtNs: startedAtNs + (performance.now() - startedMs) * 1e6,
      });
    });
  });
  return { process: child, started, ended };
}

/**
 * Deno's node:child_process takes arguments for its own executable to be
 * Node's and rewrites them. It compares paths as text, so another spelling of
 * the same path is left alone.
 */
export function unrewritten(executable: string): string {
  const isOwn = "Deno" in globalThis && executable === process.execPath;
  return isOwn ? `${dirname(executable)}/./${basename(executable)}` : executable;
}
