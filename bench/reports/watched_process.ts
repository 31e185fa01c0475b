/**
 * Runs a command and watches what it takes of the machine: time, CPU, memory,
 * and what it puts into the folder for temporary files. Linux only: it reads
 * /proc.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectEnvironment } from "../../scripts/runtimes.ts";

/** The memory of a process is looked at so often; the system itself keeps its peak. */
const SAMPLE_MS = 20;
/** Of /proc/<pid>/stat, on every Linux. */
const TICKS_PER_SECOND = 100;
/** Fields of /proc/<pid>/stat behind the name of the command: user and system time. */
const USER_TIME = 11;
const SYSTEM_TIME = 12;

/** What a command took. */
export interface Taken {
  wallMs: number;
  /** At most one sample too little. */
  cpuMs: number;
  peakMemoryBytes: number;
  /** Largest content of the folder for temporary files. */
  peakSpillBytes: number;
  /** What is still in it after the end: nothing, if all is well. */
  leftBytes: number;
  exitCode: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** How to run a command. */
export interface WatchOptions {
  cwd?: string;
  /** Signal it is sent after so long. Default: none. */
  interrupt?: { signal: NodeJS.Signals; afterMs: number };
  /** Killed after so long. */
  timeoutMs: number;
}

/** Runs a command to its end. */
export async function watchProcess(
  [file, ...args]: readonly string[],
  { cwd, interrupt, timeoutMs }: WatchOptions,
): Promise<Taken> {
  const temporary = mkdtempSync(join(tmpdir(), "ferret-bench-temporary-"));
  const startedMs = performance.now();
  const child = spawn(file!, args, {
    env: { ...projectEnvironment(), TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  const taken = { cpuMs: 0, peakMemoryBytes: 0, peakSpillBytes: 0 };
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (text) => stdout += text);
  child.stderr.on("data", (text) => stderr += text);
  let samples = 0;
  const timer = setInterval(() => {
    sample(child.pid!, taken);
    if (samples++ % 10 === 0) {
      taken.peakSpillBytes = Math.max(taken.peakSpillBytes, bytesIn(temporary));
    }
  }, SAMPLE_MS);
  const killer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
  const interrupter = interrupt &&
    setTimeout(() => child.kill(interrupt.signal), interrupt.afterMs);
  let wallMs = 0;
  child.on("exit", () => wallMs = performance.now() - startedMs);
  try {
    const [exitCode, signal] = await new Promise<[number | null, string | null]>(
      (resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code, name) => resolve([code, name]));
      },
    );
    const leftBytes = bytesIn(temporary);
    return { wallMs, ...taken, leftBytes, exitCode, signal, stdout, stderr };
  } finally {
    clearInterval(timer);
    clearTimeout(killer);
    clearTimeout(interrupter);
    rmSync(temporary, { recursive: true, force: true });
  }
}

function sample(pid: number, taken: Pick<Taken, "cpuMs" | "peakMemoryBytes">): void {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(status);
    taken.peakMemoryBytes = Math.max(taken.peakMemoryBytes, Number(peak?.[1] ?? 0) * 1024);
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[USER_TIME]) + Number(fields[SYSTEM_TIME]);
    taken.cpuMs = Math.max(taken.cpuMs, ticks * 1000 / TICKS_PER_SECOND);
  } catch {
    // It has just ended.
  }
}

function bytesIn(path: string): number {
  try {
    const found = statSync(path);
    if (!found.isDirectory()) return found.size;
    return readdirSync(path).reduce((sum, name) => sum + bytesIn(join(path, name)), 0);
  } catch {
    // Removed meanwhile.
    return 0;
  }
}
