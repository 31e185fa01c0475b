/**
 * Runs the benchmarks, prints a table and writes the figures as JSON with the
 * machine, the versions and the commit.
 *
 * ```
 * npm run bench                                everything, on the three runtimes
 * npm run bench -- --runtime bun --only span-cost --seconds 30
 * npm run bench -- --readme                    and puts the table into README.md
 * ```
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../scripts/root.ts";
import { findRuntime, type RuntimeName, RUNTIMES } from "../scripts/runtimes.ts";
import type { Bench, Measurement } from "./figure.ts";
import { describeCommit, describeMachine } from "./machine.ts";
import { functionCost } from "./measurements/function_cost.ts";
import { httpServer } from "./measurements/http_server.ts";
import { loopStall } from "./measurements/loop_stall.ts";
import { recording } from "./measurements/recording.ts";
import { spanCost } from "./measurements/span_cost.ts";
import { sqlServer } from "./measurements/sql_server.ts";
import { startDelay } from "./measurements/start_delay.ts";
import { sustainedRate } from "./measurements/sustained_rate.ts";
import { unusedHooks } from "./measurements/unused_hooks.ts";
import { buildPackage } from "./package.ts";
import { installPeers } from "./peers/install.ts";
import {
  type BenchReport,
  type Outcome,
  type RuntimeResult,
  writeReadmeTable,
} from "./readme_table.ts";
import { formatFigures } from "./table.ts";

const MEASUREMENTS: readonly Measurement[] = [
  spanCost,
  functionCost,
  startDelay,
  unusedHooks,
  loopStall,
  sustainedRate,
  recording,
  httpServer,
  sqlServer,
];

async function measure(measurement: Measurement, bench: Bench): Promise<Outcome> {
  mkdirSync(bench.folder);
  const named = { measurement: measurement.name, title: measurement.title };
  try {
    const figures = await measurement.run(bench);
    console.log(`\n${formatFigures(measurement.title, figures)}`);
    return { ...named, figures };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.log(`\n${measurement.title}\n  not measured: ${message}`);
    return { ...named, figures: [], error: message };
  } finally {
    rmSync(bench.folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runtime: { type: "string", multiple: true, default: [...RUNTIMES] },
      only: { type: "string", multiple: true, default: [] },
      seconds: { type: "string", default: "10" },
      readme: { type: "boolean", default: false },
      json: { type: "string", default: join(ROOT, "bench", "results", "latest.json") },
    },
  });
  const machine = describeMachine();
  console.log(`${machine.cpu}, ${machine.cores} cores, ${machine.system}, load ${machine.load}`);
  const folder = mkdtempSync(join(tmpdir(), "ferret-bench-"));
  const results: RuntimeResult[] = [];
  try {
    const packageFolder = buildPackage(folder);
    const peers = installPeers();
    for (const name of values.runtime as RuntimeName[]) {
      const runtime = findRuntime(name);
      console.log(`\n──── ${name} ${runtime.version} ────`);
      const flags = name === "deno" ? ["run", "--allow-all"] : [];
      const program = join(packageFolder, "bin", "ferret.mjs");
      const outcomes: Outcome[] = [];
      for (const measurement of MEASUREMENTS) {
        if (values.only.length > 0 && !values.only.includes(measurement.name)) continue;
        outcomes.push(
          await measure(measurement, {
            runtime,
            ferretCommand: (args) => [runtime.path, ...flags, program, ...args],
            peers,
            folder: join(folder, "run"),
            packageFolder,
            seconds: Number(values.seconds),
          }),
        );
      }
      results.push({ runtime: name, version: runtime.version, outcomes });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  mkdirSync(dirname(values.json), { recursive: true });
  const report: BenchReport = {
    at: new Date().toISOString(),
    commit: describeCommit(),
    machine,
    results,
  };
  writeFileSync(values.json, JSON.stringify(report, null, 2) + "\n");
  if (values.readme) writeReadmeTable(report);
  console.log(`\nFigures: ${values.json}`);
}

await main();
