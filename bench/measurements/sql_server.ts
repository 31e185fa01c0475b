/**
 * What all hooks together cost a server with Express and SQL under load, next
 * to the same server bare and under OpenTelemetry. The variants take turns.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import type { RuntimeName } from "../../scripts/runtimes.ts";
import type { Bench, Figure, Measurement } from "../figure.ts";
import { type LoadedServer, startServer } from "../loaded_server.ts";
import { median } from "../median.ts";
import { OtlpSink } from "../otlp_sink.ts";
import {
  lastJson,
  plainCommand,
  programPath,
  readReport,
  recordedCommand,
  run,
} from "../processes.ts";
import type { LoadResult } from "../programs/load_result.ts";

const ROUNDS = 3;
const PROGRAM = "shop.ts";

/** Of what the bare server answers at most: latency is measured where nobody has to queue. */
const CALM_SHARE = 0.25;

/** /proc counts CPU time in hundredths of a second, on every Linux. */
const TICK_MS = 10;

const BARE = "bare";

/** One way to run the server. */
interface Variant {
  name: string;
  /** Options of `ferret run`; absent where ferret has no part in it. */
  flags?: string[];
  openTelemetry?: "auto" | "deno";
}

/** What one turn of a variant showed. */
interface Turn {
  perSecond: number;
  /** Of the server's process. */
  cpuUs: number;
  /** Of the process of ferret beside it; only Linux tells. */
  ferretUs: number | undefined;
  p99Ms: number;
  spans: number | undefined;
  lost: number | undefined;
}

export const sqlServer: Measurement = {
  name: "sql-server",
  title: `A loaded server with Express, SQL and functions (median of ${ROUNDS})`,
  async run(bench: Bench): Promise<Figure[]> {
    const variants = variantsOf(bench.runtime.name);
    const turns = new Map<string, Turn[]>(variants.map(({ name }) => [name, []]));
    const capacity = await measureCapacity(bench);
    for (let round = 0; round < ROUNDS; round++) {
      for (const variant of variants) {
        const out = `${turns.get(variant.name)!.length}_${variants.indexOf(variant)}.duckdb`;
        turns.get(variant.name)!.push(await takeTurn(bench, variant, { out, capacity }));
      }
    }
    return figuresOf(turns);
  },
};

function variantsOf(runtime: RuntimeName): Variant[] {
  return [
    { name: BARE },
    { name: "ferret", flags: [] },
    { name: "ferret --no-functions", flags: ["--no-functions"] },
    { name: "ferret --sample 0.1", flags: ["--sample", "0.1"] },
    ...runtime === "node"
      ? [{ name: "OpenTelemetry's auto-instrumentation", openTelemetry: "auto" } as const]
      : [],
    ...runtime === "deno"
      ? [{ name: "Deno's own OpenTelemetry", openTelemetry: "deno" } as const]
      : [],
  ];
}

/** Requests a second of the bare server. */
async function measureCapacity(bench: Bench): Promise<number> {
  const server = await startServer(plainCommand(bench, PROGRAM, [bench.peers]));
  try {
    await load(bench, server, { seconds: 1 });
    return (await load(bench, server, { seconds: 1 })).perSecond;
  } finally {
    await server.stop();
  }
}

async function takeTurn(
  bench: Bench,
  variant: Variant,
  { out, capacity }: { out: string; capacity: number },
): Promise<Turn> {
  using sink = new OtlpSink();
  const server = await startServer(
    commandOf(bench, variant, out),
    await environmentOf(bench, variant, sink),
  );
  const isRecorded = variant.flags !== undefined;
  let measured: Pick<Turn, "perSecond" | "cpuUs" | "ferretUs" | "p99Ms">;
  let requests: number;
  let exported: { recorded?: number; lost?: number };
  try {
    const seconds = Math.max(1, bench.seconds / 2);
    const warm = await load(bench, server, { seconds: 1 });
    const before = await readUsage(server, isRecorded);
    const full = await load(bench, server, { seconds });
    const after = await readUsage(server, isRecorded);
    const calm = await load(bench, server, { seconds, rate: capacity * CALM_SHARE });
    requests = warm.requests + full.requests + calm.requests;
    measured = {
      perSecond: full.perSecond,
      cpuUs: (after.cpuMs - before.cpuMs) * 1000 / full.requests,
      ferretUs: isRecorded && after.ferretMs !== undefined
        ? (after.ferretMs - before.ferretMs!) * 1000 / full.requests
        : undefined,
      p99Ms: calm.p99Ms!,
    };
  } finally {
    exported = JSON.parse(await server.stop()) as typeof exported;
  }
  if (variant.openTelemetry === "deno") exported = { recorded: sink.spanCount };
  if (isRecorded) {
    const { loss } = await readReport(bench, out);
    exported = { recorded: loss.stored, lost: loss.lost };
  }
  const { recorded, lost } = exported;
  return {
    ...measured,
    spans: recorded === undefined ? undefined : recorded / requests,
    lost,
  };
}

function commandOf(bench: Bench, { flags, openTelemetry }: Variant, out: string): string[] {
  const args = [bench.peers];
  if (flags !== undefined) {
    return recordedCommand(bench, { out, flags: ["--quiet", ...flags], program: PROGRAM, args });
  }
  const [executable, ...rest] = plainCommand(bench, PROGRAM, args);
  const preload = openTelemetry === "auto"
    ? [`--import=${programPath("auto_instrumentation.ts")}`]
    : [];
  return [executable!, ...preload, ...rest];
}

async function environmentOf(
  bench: Bench,
  { openTelemetry }: Variant,
  sink: OtlpSink,
): Promise<Record<string, string>> {
  if (openTelemetry === "auto") return { BENCH_PEERS: bench.peers };
  if (openTelemetry === "deno") {
    return { OTEL_DENO: "true", OTEL_EXPORTER_OTLP_ENDPOINT: await sink.open() };
  }
  return {};
}

/** @param options.rate Requests a second. Default: as many as the server answers. */
async function load(
  bench: Bench,
  server: LoadedServer,
  options: { seconds: number; rate?: number },
): Promise<LoadResult> {
  const { seconds, rate = 0 } = options;
  const program = [programPath("load.ts"), bench.peers, server.url, `${seconds}`, `${rate}`];
  const result = lastJson<LoadResult>(await run(["node", ...program]));
  if (result.failed > 0) throw new Error(`${result.failed} requests failed`);
  return result;
}

/** CPU time until now, of the server and of the ferret that started it. */
async function readUsage(
  server: LoadedServer,
  isRecorded: boolean,
): Promise<{ cpuMs: number; ferretMs: number | undefined }> {
  const response = await fetch(`${server.url}/figures`);
  const { cpuMs, parentPid } = await response.json() as { cpuMs: number; parentPid: number };
  return { cpuMs, ferretMs: isRecorded ? cpuMsOf(parentPid) : undefined };
}

function cpuMsOf(pid: number): number | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Grouped by what is measured, so that the variants stand below each other. */
function figuresOf(turns: ReadonlyMap<string, readonly Turn[]>): Figure[] {
  const of = (name: string, key: keyof Turn) => {
    const values = turns.get(name)!.flatMap((turn) => turn[key] ?? []);
    return values.length === 0 ? undefined : median(values);
  };
  const bare = {
    perSecond: of(BARE, "perSecond")!,
    cpuUs: of(BARE, "cpuUs")!,
    p99Ms: of(BARE, "p99Ms")!,
  };
  const names = [...turns.keys()].filter((name) => name !== BARE);
  const each = (
    what: string,
    unit: Figure["unit"],
    value: (name: string) => number | undefined,
  ): Figure[] =>
    names.flatMap((name) => {
      const found = value(name);
      return found === undefined ? [] : [{ what: `${what}, ${name}`, value: found, unit }];
    });
  return [
    { what: "requests a second, bare", value: bare.perSecond, unit: "requests/s" },
    ...each("requests kept", "%", (name) => of(name, "perSecond")! / bare.perSecond * 100),
    { what: "CPU time of the server a request, bare", value: bare.cpuUs, unit: "us" },
    ...each("CPU time added to it", "us", (name) => of(name, "cpuUs")! - bare.cpuUs),
    ...each("CPU time of the writer a request", "us", (name) => of(name, "ferretUs")),
    {
      what: `p99 at ${CALM_SHARE * 100} % of the bare server's load, bare`,
      value: bare.p99Ms,
      unit: "ms",
    },
    ...each("p99 at the same load", "ms", (name) => of(name, "p99Ms")),
    ...each("spans recorded a request", "spans", (name) => of(name, "spans")),
    ...each("spans lost in a run", "spans", (name) => of(name, "lost")),
  ];
}
