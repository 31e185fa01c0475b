/**
 * One round of the fault harness: a program is recorded, something fails, what
 * is left is recovered, and the recording is held against what the program saw.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferretCommand, ROOT } from "../helpers/processes.ts";
import type { Fault } from "./faults.ts";
import { emptyVerdict, judge, type Verdict } from "./judge.ts";
import { Random } from "./random.ts";
import {
  type FerretEnd,
  harnessEnvironment,
  RecordedProcess,
  recordingPath,
  waitUntil,
} from "./recorded_process.ts";
import { chooseScenario, type Scenario } from "./scenario.ts";

const EARLIER = fileURLToPath(new URL("fixtures/earlier.mjs", import.meta.url));
const RING_FOLDERS = ["/dev/shm", tmpdir()];

export interface RoundOptions {
  fault: Fault;
  runtime: RuntimeName;
  seed: string | number;
  /** From 0; with the seed it says what happens. */
  round: number;
  isShort?: boolean;
  /** Keeps the files of a round that went wrong. */
  keepsFiles?: boolean;
}

export interface RoundResult extends Verdict {
  fault: string;
  runtime: RuntimeName;
  round: number;
  scenario: Scenario;
}

/** Runs a round. Never rejects because of what happened in it. */
export async function runRound(options: RoundOptions): Promise<RoundResult> {
  const { fault, runtime, seed, round } = options;
  const random = new Random(seed, fault.name, runtime, round);
  const scenario = chooseScenario(random, { runtime, isShort: options.isShort === true });
  fault.prepare?.(scenario, random, round);
  const { program } = scenario;
  if (fault.leavesChildren === true) {
    // What outlives the program is not recorded to its end.
    program.sources = program.sources.filter((source) => !source.startsWith("child"));
  }
  const folder = mkdtempSync(join(tmpdir(), "ferret-fault-"));
  const notes: string[] = [];
  let run: RecordedProcess | undefined;
  let verdict: Verdict | undefined;
  try {
    mkdirSync(join(folder, "recording"));
    if (scenario.hasEarlier) await addEarlier(scenario, recordingPath(scenario, folder));
    run = new RecordedProcess(scenario, folder);
    await fault.strike?.(run, random);
    const end = await endOf(run);
    await run.allEnded();
    notes.push(...checkProgram(run, fault, end));
    const recovers = end.signal !== null || hasPartial(run);
    if (recovers) notes.push(...await recoverRun(run, fault, random));
    const ledgers = run.ledgers();
    const isCut = fault.cutsProgram === true || end.signal !== null;
    const allowance = {
      losesTail: scenario.transport === "pipe" && isCut,
      mayHaveNoRun: end.signal !== null && ledgers.every(({ root }) => root === "none"),
    };
    verdict = await judge(scenario, { out: run.out, ledgers, allowance });
    await run.allEnded();
    for (const left of ringFoldersOf(folder)) notes.push(`"${left}" was left behind`);
  } catch (error) {
    notes.push((error as Error).stack ?? String(error));
  }
  for (const pid of run?.processes() ?? []) {
    notes.push(`process ${pid} was left behind`);
    tryKill(pid);
  }
  verdict ??= emptyVerdict();
  verdict.problems.unshift(...notes);
  if (verdict.problems.length > 0) {
    verdict.problems.push(describe(options, scenario, { folder, run }));
  }
  if (verdict.problems.length === 0 || options.keepsFiles !== true) {
    for (const left of [folder, ...ringFoldersOf(folder)]) {
      rmSync(left, { recursive: true, force: true });
    }
  }
  return { ...verdict, fault: fault.name, runtime, round, scenario };
}

async function endOf(run: RecordedProcess): Promise<FerretEnd> {
  await waitUntil(() => run.hasEnded, "ferret's end");
  return await run.ended;
}

/** The program must not notice what became of ferret, nor the user when ferret lived. */
function checkProgram(run: RecordedProcess, fault: Fault, end: FerretEnd): string[] {
  const problems: string[] = [];
  const main = run.main();
  const output = run.read("stdout");
  const isDone = main?.state === "done";
  if (main !== undefined && main.root !== "none") {
    const expected = isDone ? "begin\nend\n" : "begin\n";
    const isCutBetween = main.root === "ended" && output === "begin\n";
    if (output !== expected && !isCutBetween) {
      problems.push(`stdout is ${JSON.stringify(output)}, not ${JSON.stringify(expected)}`);
    }
  }
  const endsItself = fault.cutsProgram !== true && run.scenario.program.end === "return";
  if (endsItself && main !== undefined && !isDone) {
    problems.push(`the program did not come to its end: ${JSON.stringify(main)}`);
  }
  if (end.signal !== null) return problems;
  const expected = fault.exitCodes ?? [5];
  if (!expected.includes(end.exitCode ?? -1)) {
    problems.push(`the exit code is ${end.exitCode}, not ${expected.join(" or ")}`);
  }
  return problems;
}

/** Recovers as users do, killed on the way if the fault says so. */
async function recoverRun(run: RecordedProcess, fault: Fault, random: Random): Promise<string[]> {
  const { runtime } = run.scenario;
  for (const failPoints of fault.recoveryPoints?.(random) ?? []) {
    await runFerret(["recover", run.out], runtime, { FERRET_FAIL_POINT: failPoints });
  }
  const way = random.pick(["recover", "recover", "report", "run"] as const);
  const args = way === "run" ? earlierArguments(runtime, run.out) : [way, run.out];
  const { exitCode, output } = await runFerret(args, runtime);
  // A report may find nothing: ferret was killed before there was anything.
  const mayBeNothing = run.main() === undefined || run.scenario.transport === "pipe";
  const isFine = exitCode === 0 || way === "report" && mayBeNothing;
  return isFine ? [] : [`ferret ${way} ended with ${exitCode}: ${output}`];
}

function hasPartial(run: RecordedProcess): boolean {
  const isParquet = run.scenario.store === "parquet";
  const folder = isParquet ? run.out : join(run.folder, "recording");
  try {
    return readdirSync(folder).some((name) => name.includes(".partial-"));
  } catch {
    return false;
  }
}

const earlier = new Map<string, Promise<string>>();

/** Puts a recording with a run in the place of the one to come. */
async function addEarlier(scenario: Scenario, out: string): Promise<void> {
  let made = earlier.get(scenario.store);
  if (made === undefined) {
    made = makeEarlier(scenario);
    earlier.set(scenario.store, made);
  }
  cpSync(await made, out, { recursive: true });
}

async function makeEarlier(scenario: Scenario): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "ferret-fault-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "recording"));
  const path = recordingPath(scenario, folder);
  const { exitCode, output } = await runFerret(earlierArguments("node", path), "node");
  if (exitCode !== 0) throw new Error(`Cannot make a recording: ${output}`);
  return path;
}

function earlierArguments(runtime: RuntimeName, out: string): string[] {
  const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
  const only = ["--no-functions", "--hook", "worker"];
  return ["run", "--runtime", runtime, "-o", out, ...only, ...flags, EARLIER, ROOT];
}

function runFerret(
  args: readonly string[],
  runtime: RuntimeName,
  variables: Record<string, string> = {},
): Promise<{ exitCode: number | null; output: string }> {
  const [file, ...rest] = ferretCommand(args, runtime);
  const child = spawn(file!, rest, {
    env: harnessEnvironment(variables),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (text) => output += text);
  child.stderr.on("data", (text) => output += text);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, output }));
  });
}

/** Private folders of runs that name the round's folder. */
function ringFoldersOf(folder: string): string[] {
  return RING_FOLDERS.flatMap((parent) =>
    readdirSync(parent).filter((name) => /^ferret-(\d+-)?\w+$/.test(name))
      .map((name) => join(parent, name)).filter((path) => namesFolder(path, folder))
  );
}

function namesFolder(path: string, folder: string): boolean {
  try {
    return readdirSync(path).filter((name) => /\.(json|[cm]?js)$/.test(name))
      .some((name) => readFileSync(join(path, name), "utf8").includes(folder));
  } catch {
    return false;
  }
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone by now.
  }
}

function describe(
  { fault, runtime, seed, round }: RoundOptions,
  scenario: Scenario,
  { folder, run }: { folder: string; run: RecordedProcess | undefined },
): string {
  const stderr = run?.read("stderr").trim().split("\n").slice(-6).join("\n");
  return [
    `seed ${seed}, "${fault.name}", ${runtime}, round ${round}: ${JSON.stringify(scenario)}`,
    `ledgers ${JSON.stringify(run?.ledgers() ?? [])}`,
    `in ${folder}; ferret said: ${stderr}`,
  ].join("\n");
}
