/**
 * A soak: a program records at a high rate for minutes while its memory and
 * ferret's, the ring and the file are looked at each second. It ends with 1 if
 * spans were lost or memory kept growing.
 *
 * ```
 * npm run soak                                    1 minute on each runtime
 * npm run soak -- --runtime bun --minutes 10
 * npm run soak -- --rate 50000 --json soak.json
 * ```
 *
 * Linux only: it reads /proc.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { ROOT } from "../../scripts/root.ts";
import {
  findRuntime,
  projectEnvironment,
  type RuntimeName,
  RUNTIMES,
} from "../../scripts/runtimes.ts";
import { describeCommit, describeMachine } from "../machine.ts";
import { programPath } from "../processes.ts";
import { judge, type ProgramSample, type Sample, type Verdict } from "./sample.ts";
import { completeSample } from "./sampler.ts";

/** More than this in the last two thirds is growth, and no noise of a garbage collector. */
const MAX_GROWTH_BYTES = 32 * 2 ** 20;
const TABLE_LINES = 20;

interface Soak {
  runtime: RuntimeName;
  seconds: number;
  rate: number;
  samples: Sample[];
  verdict: Verdict;
}

const { values } = parseArgs({
  options: {
    runtime: { type: "string", multiple: true, default: [...RUNTIMES] },
    minutes: { type: "string", default: "1" },
    rate: { type: "string", default: "200000" },
    json: { type: "string" },
  },
});

async function soak(runtime: RuntimeName, rate: number, seconds: number): Promise<Soak> {
  const folder = mkdtempSync(join(tmpdir(), "ferret-soak-"));
  const data = join(folder, "data");
  mkdirSync(data);
  try {
    const out = join(data, "soak.duckdb");
    const child = spawn(findRuntime("deno").path, ferretArguments(runtime, out, [rate, seconds]), {
      env: projectEnvironment(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const samples: Sample[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      const program = JSON.parse(line) as ProgramSample;
      const second = samples.length + 1;
      samples.push(completeSample(program, { second, folder: data, ferretPid: child.pid! }));
    }
    const exitCode = await ended;
    if (exitCode !== 0) throw new Error(`The program on ${runtime} ended with ${exitCode}`);
    return { runtime, seconds, rate, samples, verdict: judge(samples, await lostSpans(out)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ferretArguments(runtime: RuntimeName, out: string, args: number[]): string[] {
  const ferret = ["run", "-A", "--no-check", join(ROOT, "cli/main.ts"), "run"];
  const options = ["--runtime", runtime, "--no-functions", "-o", out];
  const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
  return [...ferret, ...options, ...flags, programPath("soak.ts"), ...args.map(String)];
}

async function lostSpans(out: string): Promise<number> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(out, { access_mode: "READ_ONLY" });
  const connection = await instance.connect();
  const rows = await connection.runAndReadAll("SELECT CAST(issued - stored AS DOUBLE) FROM runs");
  connection.closeSync();
  instance.closeSync();
  return rows.getRows()[0]![0] as number;
}

/** Samples at even distances, as lines. */
function table(samples: readonly Sample[]): string {
  const step = Math.max(1, Math.floor(samples.length / TABLE_LINES));
  const head = ["second", "spans", "program", "heap", "ferret", "ring", "file", "delay"];
  const rows = samples.filter(({ second }) => second % step === 0).map((sample) => [
    `${sample.second}`,
    sample.made.toLocaleString("en"),
    megabytes(sample.residentBytes),
    megabytes(sample.heapBytes),
    megabytes(sample.ferretBytes),
    `${Math.round(sample.ringFill * 100)} %`,
    megabytes(sample.fileBytes),
    `${sample.longestDelayMs.toFixed(1)} ms`,
  ]);
  return [head, ...rows].map((row) => row.map((cell) => cell.padStart(13)).join("")).join("\n");
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

function describe({ lost, spans, ...verdict }: Verdict): string {
  return [
    `${lost.toLocaleString("en")} of ${spans.toLocaleString("en")} spans lost, ` +
    `${Math.round(verdict.spansPerSecond).toLocaleString("en")} a second`,
    `memory from the first third to the last: program ${megabytes(verdict.programGrowthBytes)}, ` +
    `its heap ${megabytes(verdict.heapGrowthBytes)}, ferret ${
      megabytes(verdict.ferretGrowthBytes)
    }`,
    `event loop late by at most ${verdict.longestDelayMs.toFixed(1)} ms; ring at most ` +
    `${Math.round(verdict.fullestRing * 100)} % full; ${
      verdict.bytesPerSpan.toFixed(1)
    } bytes a span`,
  ].join("\n");
}

const soaks: Soak[] = [];
for (const runtime of values.runtime as RuntimeName[]) {
  const done = await soak(runtime, Number(values.rate), Number(values.minutes) * 60);
  soaks.push(done);
  console.log(`\n${runtime}\n${table(done.samples)}\n\n${describe(done.verdict)}`);
}
if (values.json !== undefined) {
  const about = { machine: describeMachine(), commit: describeCommit() };
  writeFileSync(values.json, `${JSON.stringify({ ...about, soaks }, null, 2)}\n`);
}
const isFlat = soaks.every(({ verdict }) =>
  verdict.lost === 0 && verdict.programGrowthBytes < MAX_GROWTH_BYTES &&
  verdict.ferretGrowthBytes < MAX_GROWTH_BYTES
);
process.exitCode = isFlat ? 0 : 1;
