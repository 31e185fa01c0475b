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
  ownMs: { p50: number; p99: number; max: number };
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
      { what: "a query's span with its rows, p50", value: recorded.ownMs.p50, unit: "ms" },
      { what: "p99", value: recorded.ownMs.p99, unit: "ms" },
      {
        what: "worst",
        value: recorded.ownMs.max,
        unit: "ms",
        goal: { limit: 1, is: "at most" },
        note: `the same code without ferret: ${plain.ownMs.max.toFixed(2)} ms`,
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
