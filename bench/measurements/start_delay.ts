/**
 * How much later a program starts: the runtime alone against the runtime with
 * ferret's preload and ring, in turn.
 *
 * @module
 */
import type { Bench, Figure, Measurement } from "../figure.ts";
import { lastJson, plainCommand, run } from "../processes.ts";
import { preload } from "../preloaded.ts";
import { median } from "../median.ts";

const RUNS = 25;
const GOAL_MS = { deno: 20, bun: 5, node: 20 };
const PROGRAM = "empty.ts";

export const startDelay: Measurement = {
  name: "start-delay",
  title: `Start of a program (median of ${RUNS})`,
  async run(bench: Bench): Promise<Figure[]> {
    const plain: number[] = [];
    const recorded: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      plain.push(await startMs(plainCommand(bench, PROGRAM)));
      recorded.push(await startWithFerretMs(bench, { recordsFunctions: true, hooks: [] }));
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

/** Time until an empty program under ferret runs. */
export async function startWithFerretMs(
  bench: Bench,
  options: { recordsFunctions: boolean; hooks: string[] },
): Promise<number> {
  const { command, remove } = await preload(bench, { program: PROGRAM, ...options });
  try {
    return await startMs(command);
  } finally {
    remove();
  }
}

async function startMs(command: string[]): Promise<number> {
  const atMs = performance.timeOrigin + performance.now();
  return lastJson<{ startedAtMs: number }>(await run(command)).startedAtMs - atMs;
}
