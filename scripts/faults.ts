/**
 * Runs the tests of faults: programs and ferrets that are killed, suspended,
 * starved. In the short form each once on each runtime; in the long one as many
 * rounds as wanted, with a table at the end.
 *
 * ```
 * scripts/faults.ts
 * scripts/faults.ts --long [--rounds 20] [--seed n] [--fault name]… [--runtime deno|bun|node]…
 *   [--jobs 2] [--json file]
 * ```
 *
 * `--rounds` counts for each fault on each runtime. Linux: processes are looked
 * for in /proc.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { FAULTS } from "../tests/faults/faults.ts";
import { ROOT } from "./root.ts";
import { findRuntime, projectEnvironment, type RuntimeName, RUNTIMES } from "./runtimes.ts";
import { planTests } from "./test/plan.ts";
import { runTests } from "./test/run_tests.ts";

/** A round's result, as tests/faults/rounds.ts prints it. */
interface Round {
  fault: string;
  runtime: RuntimeName;
  round: number;
  seen: number;
  stored: number;
  counted: number;
  tail: number;
  uncounted: number;
  duplicated: number;
  damaged: number;
  problems: string[];
}

/** The sums of all rounds of a fault. */
interface Row extends Omit<Round, "fault" | "runtime" | "round" | "problems"> {
  rounds: number;
  failed: number;
}

const COLUMNS = [
  ["fault", "fault"],
  ["rounds", "rounds"],
  ["seen", "spans seen by programs"],
  ["stored", "stored"],
  ["counted", "counted lost"],
  ["tail", "not sent (pipe)"],
  ["uncounted", "LOST WITHOUT A COUNT"],
  ["duplicated", "duplicated"],
  ["damaged", "damaged files"],
  ["failed", "failed rounds"],
] as const;

/** Rounds that one process runs before another one takes over. */
const ROUNDS_A_PROCESS = 4;

const { values } = parseArgs({
  options: {
    long: { type: "boolean", default: false },
    rounds: { type: "string", default: "20" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 2 ** 32)) },
    fault: { type: "string", multiple: true, default: [] },
    runtime: { type: "string", multiple: true, default: [] },
    jobs: { type: "string", default: String(availableParallelism()) },
    json: { type: "string" },
  },
});

const runtimes = values.runtime.length === 0 ? RUNTIMES : values.runtime as RuntimeName[];
process.exitCode = await (values.long ? runLong() : runShort()) ? 0 : 1;

async function runShort(): Promise<boolean> {
  const runs = planTests({ runtimes: [], paths: ["tests/faults"] });
  const { passed, failed } = await runTests(runs, { patience: 4 });
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0;
}

async function runLong(): Promise<boolean> {
  const faults = FAULTS.map(({ name }) => name)
    .filter((name) => values.fault.length === 0 || values.fault.includes(name));
  if (faults.length === 0) throw new RangeError(`Cannot find the fault "${values.fault}"`);
  console.log(`seed ${values.seed}`);
  const wanted = Number(values.rounds);
  const waiting: string[][] = [];
  for (let first = 0; first < wanted; first += ROUNDS_A_PROCESS) {
    const count = Math.min(ROUNDS_A_PROCESS, wanted - first);
    for (const fault of faults) {
      for (const runtime of runtimes) {
        waiting.push([fault, runtime, values.seed, String(first), String(count)]);
      }
    }
  }
  const rounds: Round[] = [];
  const work = async () => {
    for (let args = waiting.shift(); args !== undefined; args = waiting.shift()) {
      await runRounds(args, (round) => {
        rounds.push(round);
        for (const problem of round.problems) console.log(`✗ ${problem}`);
        if (values.json !== undefined) writeFileSync(values.json, toJson(rounds));
      });
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  printTable(rounds);
  const failed = rounds.filter(({ problems }) => problems.length > 0).length;
  const isWhole = rounds.length === wanted * faults.length * runtimes.length;
  console.log(`${rounds.length - failed} passed, ${failed + (isWhole ? 0 : 1)} failed`);
  return failed === 0 && isWhole;
}

/** Starts a process for some rounds: what leaks in one does not add up. */
function runRounds(args: readonly string[], onRound: (round: Round) => void): Promise<void> {
  const script = join(ROOT, "tests/faults/rounds.ts");
  const child = spawn(findRuntime("node").path, [script, ...args], {
    env: projectEnvironment(),
    stdio: ["ignore", "pipe", "inherit"],
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line.startsWith("{")) onRound(JSON.parse(line) as Round);
    else console.log(line);
  });
  return new Promise((resolve) => child.on("close", () => resolve()));
}

function addUp(rounds: readonly Round[]): Row {
  const sum = (of: (round: Round) => number) => rounds.reduce((n, round) => n + of(round), 0);
  return {
    rounds: rounds.length,
    seen: sum(({ seen }) => seen),
    stored: sum(({ stored }) => stored),
    counted: sum(({ counted }) => counted),
    tail: sum(({ tail }) => tail),
    uncounted: sum(({ uncounted }) => uncounted),
    duplicated: sum(({ duplicated }) => duplicated),
    damaged: sum(({ damaged }) => damaged),
    failed: rounds.filter(({ problems }) => problems.length > 0).length,
  };
}

function rowsOf(rounds: readonly Round[]): (Row & { fault: string })[] {
  const groups = [...Map.groupBy(rounds, ({ fault }) => fault)];
  return [...groups, ["all", rounds] as const]
    .map(([fault, group]) => ({ fault, ...addUp(group as Round[]) }));
}

function printTable(rounds: readonly Round[]): void {
  const cells = [
    COLUMNS.map(([, title]) => title as string),
    ...rowsOf(rounds).map((row) =>
      COLUMNS.map(([key]) => typeof row[key] === "number" ? format(row[key]) : row[key])
    ),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    `| ${
      row.map((cell, i) => i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))
        .join(" | ")
    } |`;
  const rule = widths.map((width, i) => i === 0 ? "-".repeat(width) : `${"-".repeat(width - 1)}:`);
  console.log([line(cells[0]!), line(rule), ...cells.slice(1).map(line)].join("\n"));
}

function format(count: number): string {
  return count.toLocaleString("en-US");
}

function toJson(rounds: readonly Round[]): string {
  const versions = Object.fromEntries(runtimes.map((name) => [name, findRuntime(name).version]));
  const { seed } = values;
  return `${JSON.stringify({ seed, versions, faults: rowsOf(rounds) }, undefined, 2)}\n`;
}
