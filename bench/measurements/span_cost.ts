/**
 * What one span costs, next to the floor and to OpenTelemetry in the same
 * process.
 *
 * @module
 */
import type { Bench, Figure, Measurement } from "../figure.ts";
import { lastJson, plainCommand, readReport, recordedCommand, run } from "../processes.ts";

interface Costs {
  isRecording: boolean;
  ns: Record<
    "bare" | "clock" | "floor" | "span" | "span attributes" | "otel" | "otel attributes",
    number
  >;
}

/** How many times cheaper than OpenTelemetry a span is to be. */
const TIMES_CHEAPER = { deno: 30, bun: 10, node: 10 };

export const spanCost: Measurement = {
  name: "span-cost",
  title: "Cost of a span, the writer running",
  async run(bench: Bench): Promise<Figure[]> {
    const program = { program: "span_cost.ts", args: [bench.peers] };
    const recorded = lastJson<Costs>(
      await run(recordedCommand(bench, {
        out: "span_cost.duckdb",
        flags: ["--no-functions"],
        ...program,
      })),
    );
    if (!recorded.isRecording) throw new Error("The program was not recorded");
    const { loss } = await readReport(bench, "span_cost.duckdb");
    const off = lastJson<Costs>(await run(plainCommand(bench, program.program, program.args)));
    const { ns } = recorded;
    return [
      { what: "clock, one reading", value: ns.clock, unit: "ns" },
      { what: "floor: two readings, one ring write", value: ns.floor, unit: "ns" },
      { what: "profiler.span()", value: ns.span, unit: "ns", ...lossNote(loss.lost) },
      {
        what: "  times the floor",
        value: ns.span / ns.floor,
        unit: "x",
        goal: { limit: 1.3, is: "at most" },
      },
      { what: "OpenTelemetry startActiveSpan()", value: ns.otel, unit: "ns" },
      {
        what: "  times profiler.span()",
        value: ns.otel / ns.span,
        unit: "x",
        goal: { limit: TIMES_CHEAPER[bench.runtime.name], is: "at least" },
      },
      { what: "profiler.span(), 3 attributes", value: ns["span attributes"], unit: "ns" },
      { what: "OpenTelemetry, 3 attributes", value: ns["otel attributes"], unit: "ns" },
      {
        what: "profiler.span() without ferret, over a bare call",
        value: off.ns.span - off.ns.bare,
        unit: "ns",
        goal: { limit: 5, is: "at most" },
      },
    ];
  },
};

function lossNote(lost: number): { note?: string } {
  return lost === 0 ? {} : { note: `${lost} spans were lost meanwhile` };
}
