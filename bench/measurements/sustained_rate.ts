/**
 * The rate of spans that the writer keeps up with, and what it costs: default
 * ring, nothing lost.
 *
 * @module
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import type { Bench, Figure, Measurement } from "../figure.ts";
import type { SteadyResult } from "../programs/steady_result.ts";
import { lastJson, plainCommand, readReport, recordedCommand, run } from "../processes.ts";

const RATES = [250_000, 500_000, 750_000, 1_000_000, 1_500_000, 2_000_000];
const OUT = "steady.duckdb";

/** Attributes on a fifth of the spans, as the goal for the writer's CPU time says. */
const CPU_RATE = 100_000;
const CPU_ATTRIBUTE_SHARE = 0.2;

export const sustainedRate: Measurement = {
  name: "sustained-rate",
  title: "Rate of spans with nothing lost",
  async run(bench: Bench): Promise<Figure[]> {
    let best = 0;
    let note = "";
    for (const rate of RATES) {
      const outcome = await tryRate(bench, rate);
      if (outcome.lost > 0) {
        note = `at ${rate.toLocaleString("en")}: ${outcome.lost.toLocaleString("en")} lost`;
        break;
      }
      if (outcome.reachedRate < rate * 0.97) {
        note = `the program itself made no more than ${Math.round(outcome.reachedRate)}`;
        best = Math.max(best, outcome.reachedRate);
        break;
      }
      best = rate;
    }
    return [
      {
        what: `spans a second for ${bench.seconds} s`,
        value: best,
        unit: "spans/s",
        goal: { limit: 1_000_000, is: "at least" },
        ...note === "" ? {} : { note },
      },
      ...await writerCosts(bench),
    ];
  },
};

async function tryRate(
  bench: Bench,
  rate: number,
): Promise<{ lost: number; reachedRate: number }> {
  const out = `steady_${rate}.duckdb`;
  const result = lastJson<SteadyResult>(
    await run(recordedCommand(bench, {
      out,
      flags: ["--no-functions"],
      program: "steady.ts",
      args: [`${rate}`, `${bench.seconds}`, "0"],
    })),
  );
  const { loss } = await readReport(bench, out);
  return { lost: loss.lost, reachedRate: result.count / result.durationMs * 1000 };
}

/** CPU time of the writer, and memory that ferret adds to the program. */
async function writerCosts(bench: Bench): Promise<Figure[]> {
  const args = [`${CPU_RATE}`, `${bench.seconds}`, `${CPU_ATTRIBUTE_SHARE}`];
  const plain = lastJson<SteadyResult>(await run(plainCommand(bench, "steady.ts", args)));
  const recorded = await runTimed(bench, args);
  const idle = await runTimed(bench, ["1", "0", "0"]);
  const writerMs = recorded.allCpuMs - recorded.result.cpuMs -
    (idle.allCpuMs - idle.result.cpuMs);
  const spans = recorded.result.count;
  return [
    {
      what: "writer's CPU time, a million spans, a fifth with attributes",
      value: writerMs / 1000 / (spans / 1e6),
      unit: "s",
      goal: { limit: 0.6, is: "at most" },
    },
    {
      what: "memory added to the program, the ring of 16 MB included",
      value: (recorded.result.residentBytes - plain.residentBytes) / 2 ** 20,
      unit: "MB",
      goal: { limit: 24, is: "at most" },
    },
    { what: "recording, a span", value: recorded.bytes / spans, unit: "bytes" },
  ];
}

async function runTimed(
  bench: Bench,
  args: string[],
): Promise<{ result: SteadyResult; allCpuMs: number; bytes: number }> {
  const command = recordedCommand(bench, {
    out: OUT,
    flags: ["--no-functions"],
    program: "steady.ts",
    args,
  });
  const ended = await run(["bash", "-c", 'TIMEFORMAT="%U %S"; time "$@"', "bash", ...command]);
  const [user, system] = ended.stderr.trim().split("\n").at(-1)!.split(" ").map(Number);
  const { size } = statSync(join(bench.folder, OUT));
  return { result: lastJson(ended), allCpuMs: (user! + system!) * 1000, bytes: size };
}
