/**
 * How long ferret takes for questions about recordings of millions of spans,
 * and how much memory. The recordings are made for it and removed.
 *
 * ```
 * npm run bench:reports                                     1 and 10 million spans
 * npm run bench:reports -- --spans 50e6 --spans 100e6       takes a quarter of an hour and 6 GB
 * npm run bench:reports -- --only report --only check --runtime bun
 * npm run bench:reports -- --keep ~/recordings              makes them once
 * ```
 *
 * Linux only: it reads /proc.
 *
 * @module
 */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../../scripts/root.ts";
import { findRuntime, type RuntimeName } from "../../scripts/runtimes.ts";
import { describeCommit, describeMachine } from "../machine.ts";
import { buildPackage } from "../package.ts";
import { formatValue } from "../table.ts";
import { makeRecording } from "./large_recording.ts";
import { OUT, type Question, QUESTIONS, RECORDING } from "./questions.ts";
import { type Taken, watchProcess } from "./watched_process.ts";

/** What ran for so long is not asked again for a better figure. */
const LONG_MS = 10_000;
const TRIES = 3;
const TIMEOUT_MS = 30 * 60_000;

/** What a question took, at best. */
interface Answer {
  question: string;
  wallMs: number;
  cpuMs: number;
  peakMemoryBytes: number;
  peakSpillBytes: number;
  goalSeconds?: number;
  problem?: string;
}

const { values } = parseArgs({
  options: {
    spans: { type: "string", multiple: true, default: ["1e6", "10e6"] },
    only: { type: "string", multiple: true, default: [] },
    runtime: { type: "string", default: "bun" },
    keep: { type: "string" },
    json: { type: "string", default: join(ROOT, "bench", "results", "reports.json") },
  },
});

async function findRecording(folder: string, spans: number): Promise<string> {
  const path = join(folder, `spans-${spans}.duckdb`);
  if (existsSync(path)) return path;
  console.log(`making a recording of ${spans.toLocaleString("en")} spans …`);
  await makeRecording(`${path}.part`, spans);
  renameSync(`${path}.part`, path);
  return path;
}

async function answer(
  question: Question,
  { command, recording, spans, folder }: {
    command: readonly string[];
    recording: string;
    spans: number;
    folder: string;
  },
): Promise<Answer> {
  let best: Taken | undefined;
  for (let i = 0; i < TRIES && (best === undefined || best.wallMs < LONG_MS); i++) {
    const out = mkdtempSync(join(folder, "out-"));
    const args = question.args.map((arg) => arg.replace(RECORDING, recording).replace(OUT, out));
    const taken = await watchProcess([...command, ...args], { cwd: out, timeoutMs: TIMEOUT_MS });
    rmSync(out, { recursive: true, force: true });
    const isGood = taken.exitCode === 0 && taken.leftBytes === 0;
    if (!isGood) {
      const problem = taken.exitCode === 0
        ? `${taken.leftBytes} bytes left behind`
        : `ended with ${taken.exitCode ?? taken.signal}: ${taken.stderr.trim()}`;
      return { ...figuresOf(question, spans, taken), problem };
    }
    if (best === undefined || taken.wallMs < best.wallMs) best = taken;
  }
  return figuresOf(question, spans, best!);
}

function figuresOf({ name, goal }: Question, spans: number, taken: Taken): Answer {
  const { wallMs, cpuMs, peakMemoryBytes, peakSpillBytes } = taken;
  return {
    question: name,
    wallMs,
    cpuMs,
    peakMemoryBytes,
    peakSpillBytes,
    ...goal?.spans === spans ? { goalSeconds: goal.seconds } : {},
  };
}

function lineOf(one: Answer): string {
  const seconds = (ms: number) => formatValue({ value: ms / 1000, unit: "s" }).padStart(10);
  const megabytes = (bytes: number) => formatValue({ value: bytes / 1e6, unit: "MB" }).padStart(11);
  const goal = one.goalSeconds === undefined
    ? ""
    : `  ${one.wallMs / 1000 <= one.goalSeconds ? "reached" : "MISSED "}: ${one.goalSeconds} s`;
  const spill = one.peakSpillBytes > 0 ? `, ${megabytes(one.peakSpillBytes).trim()} on disk` : "";
  return `  ${one.question.padEnd(28)}${seconds(one.wallMs)}${seconds(one.cpuMs)} CPU${
    megabytes(one.peakMemoryBytes)
  }${spill}${goal}${one.problem === undefined ? "" : `  ${one.problem}`}`;
}

const machine = describeMachine();
console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.system}, load ${machine.load}`);
const folder = mkdtempSync(join(tmpdir(), "ferret-bench-"));
const recordings = values.keep === undefined ? folder : resolve(values.keep);
const results: { spans: number; answers: Answer[] }[] = [];
try {
  mkdirSync(recordings, { recursive: true });
  const packageFolder = buildPackage(folder);
  const runtime = findRuntime(values.runtime as RuntimeName);
  const flags = runtime.name === "deno" ? ["run", "--allow-all", "--no-check"] : [];
  const command = [runtime.path, ...flags, join(packageFolder, "bin", "ferret.mjs")];
  for (const spans of values.spans.map(Number)) {
    const recording = await findRecording(recordings, spans);
    console.log(`\n${spans.toLocaleString("en")} spans, ${runtime.name} ${runtime.version}`);
    const answers: Answer[] = [];
    for (const question of QUESTIONS) {
      if (values.only.length > 0 && !values.only.includes(question.name)) continue;
      if (spans > (question.upTo ?? Infinity)) continue;
      const one = await answer(question, { command, recording, spans, folder });
      answers.push(one);
      console.log(lineOf(one));
    }
    results.push({ spans, answers });
    if (values.keep === undefined) rmSync(recording);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
mkdirSync(dirname(values.json), { recursive: true });
const report = {
  at: new Date().toISOString(),
  commit: describeCommit(),
  machine,
  runtime: values.runtime,
  results,
};
writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
console.log(`\n${values.json}`);
