/**
 * What an instrumented call of a function costs over a plain one.
 *
 * @module
 */
import type { Bench, Figure, Measurement } from "../figure.ts";
import { lastJson, plainCommand, recordedCommand, run } from "../processes.ts";

const PROGRAM = "function_cost.ts";

export const functionCost: Measurement = {
  name: "function-cost",
  title: "Cost of an instrumented call",
  async run(bench: Bench): Promise<Figure[]> {
    const recorded = (flags: string[]) =>
      recordedCommand(bench, { out: "function_cost.duckdb", flags, program: PROGRAM });
    const plainNs = await callNs(plainCommand(bench, PROGRAM));
    const recordedNs = await callNs(recorded([]));
    const shortNs = await callNs(recorded(["--min-duration", "1ms"]));
    return [
      { what: "call without ferret", value: plainNs, unit: "ns" },
      { what: "recorded, added to it", value: recordedNs - plainNs, unit: "ns" },
      { what: "under --min-duration, added to it", value: shortNs - plainNs, unit: "ns" },
    ];
  },
};

async function callNs(command: string[]): Promise<number> {
  return lastJson<{ callNs: number }>(await run(command)).callNs;
}
