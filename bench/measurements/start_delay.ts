/**
 * How much later a program starts: the runtime alone against the runtime with
 * ferret's preload and ring, in turn.
 *
 * @module
 */
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { ProgramConfig } from "../../src/model/program_config.ts";
import { ringSizes } from "../../src/ring/layout.ts";
import { createRingFile } from "../../src/ring/ring_file.ts";
import type { Bench, Figure, Measurement } from "../figure.ts";
import { lastJson, programPath, run } from "../processes.ts";

type Preload = typeof import("../../cli/run/preload.ts");

const RUNS = 25;
const GOAL_MS = { deno: 20, bun: 5, node: 20 };

export const startDelay: Measurement = {
  name: "start-delay",
  title: `Start of a program (median of ${RUNS})`,
  runtimes: ["deno", "bun"],
  async run(bench: Bench): Promise<Figure[]> {
    const plain: number[] = [];
    const recorded: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      plain.push(await startMs(command(bench, undefined)));
      recorded.push(await startMs(command(bench, await createPreload(bench, i))));
    }
    return [
      { what: "to the first line, without ferret", value: median(plain), unit: "ms" },
      {
        what: "later with ferret",
        value: median(recorded) - median(plain),
        unit: "ms",
        goal: { limit: GOAL_MS[bench.runtime.name], is: "at most" },
      },
    ];
  },
};

async function startMs(command: string[]): Promise<number> {
  const atMs = performance.timeOrigin + performance.now();
  return lastJson<{ startedAtMs: number }>(await run(command)).startedAtMs - atMs;
}

function command({ runtime }: Bench, preload: string | undefined): string[] {
  const program = programPath("empty.ts");
  switch (runtime.name) {
    case "deno": {
      const flags = ["run", "--allow-all", "--no-check"];
      if (preload !== undefined) flags.push("--preload", preload);
      return [runtime.path, ...flags, program];
    }
    case "bun":
      return [
        runtime.path,
        "run",
        ...preload === undefined ? [] : [`--preload=${preload}`],
        program,
      ];
    case "node":
      return [runtime.path, ...preload === undefined ? [] : ["--import", preload], program];
  }
}

/** The preload that `ferret run` would write, with a ring of its own. */
async function createPreload(bench: Bench, run: number): Promise<string> {
  const folder = join(bench.folder, `start-${run}`);
  mkdirSync(folder);
  const ring = createRingFile(join(folder, "ring"), {
    sizes: ringSizes(2 ** 20),
    identity: { process: 0, thread: 0, consumerPid: process.pid, consumerStart: 0 },
  });
  const config: ProgramConfig = {
    runId: "bench",
    runtime: bench.runtime.name,
    transport: "mapped",
    ringPath: ring.path,
    ringBytes: ring.bytes,
    process: 0,
    thread: 0,
    overflow: "drop",
    minDurationNs: 0,
    functions: { enabled: true, root: dirname(programPath("empty.ts")), include: [], exclude: [] },
    hooks: [],
    noHooks: [],
    revokeFfi: false,
    hiddenEnvironment: [],
  };
  const built = join(bench.packageFolder, "dist", "cli", "run", "preload.js");
  const { writePreload } = await import(pathToFileURL(built).href) as Preload;
  return writePreload(folder, { config, execArgv: [] });
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}
