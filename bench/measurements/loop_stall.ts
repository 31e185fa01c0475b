/**
 * How long ferret holds up the event loop at worst, in a program that keeps
 * much data as attributes.
 *
 * @module
 */
import type { Bench, Figure, Measurement } from "../figure.ts";
import { lastJson, plainCommand, recordedCommand, run } from "../processes.ts";

interface Stall {
  requests: number;
  worstStallMs: number;
  worstOwnMs: number;
}

export const loopStall: Measurement = {
  name: "loop-stall",
  title: "Stall of the event loop: 10 requests at once, 20 queries each, 200 rows kept",
  async run(bench: Bench): Promise<Figure[]> {
    const args = [`${bench.seconds}`];
    const plain = lastJson<Stall>(await run(plainCommand(bench, "queries.ts", args)));
    const recorded = lastJson<Stall>(
      await run(recordedCommand(bench, {
        out: "stall.duckdb",
        flags: ["--no-functions"],
        program: "queries.ts",
        args,
      })),
    );
    return [
      {
        what: "worst single call into ferret",
        value: recorded.worstOwnMs,
        unit: "ms",
        goal: { limit: 1, is: "at most" },
        note: `the same code without ferret: ${plain.worstOwnMs.toFixed(2)} ms`,
      },
      { what: "worst stall of the loop, without ferret", value: plain.worstStallMs, unit: "ms" },
      { what: "worst stall of the loop, with ferret", value: recorded.worstStallMs, unit: "ms" },
      {
        what: "requests kept",
        value: recorded.requests / plain.requests * 100,
        unit: "%",
      },
    ];
  },
};
