/**
 * Runs a program under a runtime with ferret's recorder in it, and reads from
 * the ring what it recorded: the recording end of ferret without its writer.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { ProgramConfig, RuntimeName } from "../../src/model/program_config.ts";
import { KINDS, SCOPES, STATUSES } from "../../src/model/span.ts";
import { ringSizes } from "../../src/ring/layout.ts";
import { openRing } from "../../src/ring/memory.ts";
import { createRingFile } from "../../src/ring/ring_file.ts";
import {
  Batch,
  getInt64,
  type HookRow,
  type MetricRow,
  type TextColumn,
} from "../../src/store/batch.ts";
import { RingDecoder } from "../../src/writer/ring_decoder.ts";
import { TextNumbers } from "../../src/writer/ring_strings.ts";
import { ROOT, runProcess, withFolder } from "./processes.ts";

/** First half of the W3C trace ids of these programs. */
export const TRACE_SEED = "fe44e7fe44e7fe44";

/** A span as a test looks at it. */
export interface RecordedSpan {
  id: number;
  parentId: number;
  traceId: number;
  name: string;
  parentName: string | undefined;
  scope: string;
  kind: string;
  status: string;
  durationMs: number;
  /** The id its trace has outside of the run. */
  w3cTraceId: string | undefined;
  attributes: Record<string, unknown>;
  /** Names of the events it has, and their attributes. */
  events: { name: string; attributes: Record<string, unknown> }[];
}

/** How a program ended, and what it left. */
export interface RecordedRun {
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** In the order in which they ended. */
  spans: RecordedSpan[];
  metrics: MetricRow[];
  /** What became of the hooks, in the order in which they said so. */
  hooks: HookRow[];
}

/** Settings of a run. */
export interface RecordedProgramOptions {
  /** Default false: run the program without the recorder, to compare. */
  plain?: boolean;
  args?: string[];
  /** What stands behind `deno`. Default `run -A`. */
  denoCommand?: string[];
  /** Name of the program's file. Default `program.ts`. */
  fileName?: string;
  /** Hooks to leave out. */
  noHooks?: string[];
  /** Other files beside it, by name. */
  files?: Record<string, string>;
}

/** Runs a program: TypeScript, or the file that holds it. */
export function runRecorded(
  runtime: RuntimeName,
  program: string | { file: string },
  options: RecordedProgramOptions = {},
): Promise<RecordedRun> {
  const { fileName = "program.ts", args = [], noHooks = [] } = options;
  const files = typeof program === "string" ? { [fileName]: program } : {};
  return withFolder({ ...options.files, ...files }, async (folder) => {
    const script = typeof program === "string" ? join(folder, fileName) : program.file;
    const ring = createRingFile(join(folder, "ring"), {
      sizes: ringSizes(4 * 2 ** 20),
      identity: {
        process: 0,
        thread: 0,
        consumerPid: process.pid,
        consumerStart: 0,
      },
    });
    const preload = join(folder, "preload.mjs");
    await writeFile(preload, preloadSource(runtime, { folder, ring, noHooks }));
    const flags = options.plain === true ? [] : preloadFlags(runtime, preload);
    if (runtime === "deno") flags.push("--no-check");
    const { exitCode, stdout, stderr } = await runProcess(
      [...runCommand(runtime, options.denoCommand), ...flags, script, ...args],
    );
    return { exitCode, stdout, stderr, ...readRing(ring.path, ring.bytes) };
  });
}

function runCommand(
  runtime: RuntimeName,
  denoCommand = ["run", "-A"],
): string[] {
  return runtime === "deno" ? ["deno", ...denoCommand] : [runtime];
}

function preloadFlags(runtime: RuntimeName, preload: string): string[] {
  if (runtime === "bun") return [`--preload=${preload}`];
  return [runtime === "deno" ? "--preload" : "--import", preload];
}

function preloadSource(
  runtime: RuntimeName,
  { folder, ring, noHooks }: {
    folder: string;
    ring: { path: string; bytes: number };
    noHooks: string[];
  },
): string {
  const config: ProgramConfig = {
    runId: "test",
    traceSeed: TRACE_SEED,
    runtime,
    transport: "mapped",
    ringPath: ring.path,
    ringBytes: ring.bytes,
    process: 0,
    thread: 0,
    overflow: "drop",
    minDurationNs: 0,
    functions: {
      enabled: false,
      root: folder,
      include: [],
      exclude: [join(ROOT, "src"), join(ROOT, "mod.ts")],
    },
    hooks: [],
    noHooks,
    revokeFfi: false,
    hiddenEnvironment: [],
  };
  const startUrl = pathToFileURL(join(ROOT, "src/hooks/start.ts")).href;
  return `import { start } from ${JSON.stringify(startUrl)};\nstart(${JSON.stringify(config)});\n`;
}

function textAt(column: TextColumn, row: number): string | undefined {
  const size = column.size[row]!;
  const start = column.start[row]!;
  return size < 0
    ? undefined
    : new TextDecoder().decode(column.bytes.subarray(start, start + size));
}

function readRing(
  path: string,
  bytes: number,
): Pick<RecordedRun, "spans" | "metrics" | "hooks"> {
  // Copied: what readFileSync returns need not be aligned.
  const memory = openRing(
    Uint8Array.from(readFileSync(path).subarray(0, bytes)),
  );
  const texts = new TextNumbers();
  const decoder = new RingDecoder(0, memory, {
    texts,
    strings: [],
    progress: undefined,
  });
  const batch = new Batch(texts.texts, 20_000);
  decoder.decode(batch);
  for (const open of decoder.consumer.openSpans()) {
    decoder.addUnfinished(batch, open);
  }
  return {
    spans: readSpans(batch),
    metrics: batch.metrics,
    hooks: batch.hooks,
  };
}

function readSpans(batch: Batch): RecordedSpan[] {
  const { spans } = batch;
  return Array.from({ length: spans.count }, (_, row) => {
    const id = getInt64(spans.spanId, row);
    const json = textAt(spans.attributes, row) ?? "{}";
    return {
      id,
      parentId: getInt64(spans.parentId, row),
      traceId: getInt64(spans.traceId, row),
      name: batch.textOf(spans.name[row]!) ?? "",
      parentName: batch.textOf(spans.parentName[row]!),
      scope: SCOPES[spans.scope[row]!]!,
      kind: KINDS[spans.kind[row]!]!,
      status: STATUSES[spans.status[row]!]!,
      durationMs: getInt64(spans.durationNs, row) / 1e6,
      w3cTraceId: textAt(spans.w3cTraceId, row),
      attributes: JSON.parse(json) as Record<string, unknown>,
      events: batch.events.filter((event) => event.spanId === id).map((
        event,
      ) => ({
        name: event.name,
        attributes: JSON.parse(event.attributes ?? "{}") as Record<
          string,
          unknown
        >,
      })),
    };
  });
}
