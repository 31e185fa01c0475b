/**
 * What hooks cost a program that has nothing for them: all of them against none
 * of them, in turn, functions recorded in neither.
 *
 * @module
 */
import type { Bench, Figure, Measurement } from "../figure.ts";
import { median } from "../median.ts";
import { preload } from "../preloaded.ts";
import { lastJson, run } from "../processes.ts";
import { startWithFerretMs } from "./start_delay.ts";

const STARTS = 25;
const ROUNDS = 7;
const NONE = ["none"];
const ALL: string[] = [];

export const unusedHooks: Measurement = {
  name: "unused-hooks",
  title: "Hooks in a program that uses nothing they observe",
  async run(bench: Bench): Promise<Figure[]> {
    const starts = { none: [] as number[], all: [] as number[] };
    for (let i = 0; i < STARTS; i++) {
      starts.none.push(await startWithFerretMs(bench, { recordsFunctions: false, hooks: NONE }));
      starts.all.push(await startWithFerretMs(bench, { recordsFunctions: false, hooks: ALL }));
    }
    const cpu = { none: [] as number[], all: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      cpu.none.push(await workMs(bench, NONE));
      cpu.all.push(await workMs(bench, ALL));
    }
    return [
      {
        what: `later start with all hooks than with none (median of ${STARTS})`,
        value: median(starts.all) - median(starts.none),
        unit: "ms",
        note: `spread of the starts with none: ${spread(starts.none)} ms`,
      },
      {
        what: `CPU time of the same work, none = 100 % (median of ${ROUNDS})`,
        value: median(cpu.all) / median(cpu.none) * 100,
        unit: "%",
        note: `${median(cpu.none).toFixed(0)} ms with none, spread ${spread(cpu.none)} ms`,
      },
    ];
  },
};

/** CPU time of a fixed amount of work. */
async function workMs(bench: Bench, hooks: string[]): Promise<number> {
  const { command, remove } = await preload(bench, {
    program: "no_hooks.ts",
    recordsFunctions: false,
    hooks,
  });
  try {
    return lastJson<{ cpuMs: number }>(await run(command)).cpuMs;
  } finally {
    remove();
  }
}

/** What is between the quartiles: a difference within it is none. */
function spread(figures: readonly number[]): string {
  const sorted = figures.toSorted((a, b) => a - b);
  const at = (quantile: number) => sorted[Math.floor(quantile * (sorted.length - 1))]!;
  return (at(0.75) - at(0.25)).toFixed(1);
}
