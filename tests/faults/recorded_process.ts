/**
 * A program under test that `ferret run` records, as processes that can be
 * killed, suspended and waited for.
 *
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { ferretCommand, ROOT } from "../helpers/processes.ts";
import { countSeen, type Ledger, readLedgers } from "./ledgers.ts";
import type { Scenario } from "./scenario.ts";

const PROGRAM = fileURLToPath(new URL("fixtures/program.mjs", import.meta.url));
const POLL_MS = 2;
/** To look at all processes of the machine takes a while. */
const PROCESSES_POLL_MS = 30;
/** What has not happened by then never will; generous, for a busy machine. */
const TIMEOUT_MS = 90_000;

/** Memory that the program may fill up; Bun knows no limit and is killed from outside. */
const MEMORY_FLAGS = {
  deno: ["--v8-flags=--max-old-space-size=96"],
  node: ["--max-old-space-size=96"],
  bun: [],
};

/** How ferret ended. */
export interface FerretEnd {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
}

export class RecordedProcess {
  readonly scenario: Scenario;
  /** Where the ledgers and the output are. */
  readonly folder: string;
  readonly out: string;
  readonly ended: Promise<FerretEnd>;
  readonly #ferret: ChildProcess;
  #end: FerretEnd | undefined;

  /** Starts `ferret run`, in a process group of its own. */
  constructor(scenario: Scenario, folder: string) {
    this.scenario = scenario;
    this.folder = folder;
    this.out = recordingPath(scenario, folder);
    const { runtime, program } = scenario;
    const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
    if (program.end === "memory") flags.push(...MEMORY_FLAGS[runtime]);
    const settings = { ...program, source: "main", root: ROOT, folder };
    const [file, ...args] = ferretCommand([
      ...[
        "run",
        "-o",
        this.out,
        "--runtime",
        runtime,
        "--no-functions",
        "--hook",
        "worker,process",
      ],
      ...["--overflow", scenario.overflow, "--ring-size", scenario.ringSize],
      ...[...flags, PROGRAM, JSON.stringify(settings)],
    ], runtime);
    const stdout = openSync(join(folder, "stdout"), "w");
    const stderr = openSync(join(folder, "stderr"), "w");
    this.#ferret = spawn(file!, args, {
      env: harnessEnvironment({
        FERRET_TRANSPORT: scenario.transport === "pipe" ? "pipe" : "",
        FERRET_FAIL_POINT: scenario.failPoints,
      }),
      stdio: ["ignore", stdout, stderr],
      detached: true,
    });
    closeSync(stdout);
    closeSync(stderr);
    this.ended = new Promise((resolve, reject) => {
      this.#ferret.on("error", reject);
      this.#ferret.on("exit", (exitCode, signal) => {
        this.#end = { exitCode, signal };
        resolve(this.#end);
      });
    });
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  ledgers(): Ledger[] {
    return readLedgers(this.folder);
  }

  main(): Ledger | undefined {
    return this.ledgers().find(({ source }) => source === "main");
  }

  /** Sends ferret a signal, if it still runs. */
  signalFerret(signal: NodeJS.Signals): void {
    // While it is not reaped, its process id is nobody else's.
    if (!this.hasEnded) process.kill(this.#ferret.pid!, signal);
  }

  /** Sends the program's main process a signal. @returns Whether there was one. */
  signalProgram(signal: NodeJS.Signals): boolean {
    const pid = this.main()?.pid ?? 0;
    return pid > 0 && isOurs(pid, this.folder) && trySignal(pid, signal);
  }

  /** Sends a signal to all at once: ferret, its program and what that started. */
  signalGroup(signal: NodeJS.Signals): void {
    trySignal(-this.#ferret.pid!, signal);
  }

  /** Waits until the program has seen `count` of its spans end, or is done, or ferret is. */
  async waitForSpans(count: number): Promise<void> {
    await waitUntil(() => {
      const main = this.main();
      return this.hasEnded || main !== undefined &&
          (main.state !== "working" || countSeen(this.ledgers()) >= count || !this.hasProgram());
    }, `${count} spans`);
  }

  /** Waits until the program came to the point where its settings say what happens. */
  async waitForEnding(): Promise<void> {
    await waitUntil(
      () => this.hasEnded || (this.main()?.state ?? "working") !== "working",
      "the ending",
    );
  }

  /** Waits until neither ferret nor the program nor what these started is left. */
  async allEnded(): Promise<void> {
    await waitUntil(() => this.processes().length === 0, "all to end", PROCESSES_POLL_MS);
  }

  hasProgram(): boolean {
    const pid = this.main()?.pid ?? 0;
    return pid > 0 && isOurs(pid, this.folder);
  }

  /** All processes that have to do with this round and are still there. */
  processes(): number[] {
    const session = this.#ferret.pid!;
    return readdirSync("/proc").map(Number).filter((pid) => pid > 0)
      .filter((pid) => isOurs(pid, this.folder) || isOfSession(pid, session));
  }

  read(name: "stdout" | "stderr"): string {
    return readFileSync(join(this.folder, name), "utf8");
  }
}

/** Where a scenario's recording is. */
export function recordingPath({ store }: Scenario, folder: string): string {
  return join(folder, "recording", store === "duckdb" ? "out.duckdb" : "out.parquet");
}

/** Variables of a process of the harness. */
export function harnessEnvironment(
  variables: Record<string, string> = {},
): Record<string, string | undefined> {
  const PATH = `${join(ROOT, "node_modules", ".bin")}${delimiter}${process.env["PATH"]}`;
  return { ...process.env, PATH, NO_COLOR: "1", ...variables };
}

/** Waits for a condition. @throws when it stays away. */
export async function waitUntil(
  isMet: () => boolean,
  what: string,
  pollMs = POLL_MS,
): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  while (!isMet()) {
    if (performance.now() > end) throw new Error(`Cannot wait longer for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** Whether a process names the round's folder in its command line, and is no zombie. */
function isOurs(pid: number, folder: string): boolean {
  if (pid <= 0) return false;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(folder);
  } catch {
    return false;
  }
}

/** Whether a process was started by another one of a session, and is no zombie. */
function isOfSession(pid: number, session: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, , , itsSession] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state !== "Z" && Number(itsSession) === session;
  } catch {
    return false;
  }
}

function trySignal(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
