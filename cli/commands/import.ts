/**
 * `ferret import`: spans that another tool recorded, as a run.
 *
 * @module
 */
import { readFileSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { basename } from "node:path";
import process from "node:process";
import type { ImportedFile } from "../../src/import/imported_span.ts";
import type { NumberedSpan } from "../../src/import/number_spans.ts";
import { FERRET_VERSION } from "../../src/model/version.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { ownIdentity } from "../../src/runtime/process_identity.ts";
import { OutputError } from "../../src/store/output_error.ts";
import type { StoredSpan } from "../../src/store/import_run.ts";
import { UsageError } from "../errors.ts";
import type { ImportFormat } from "../formats.ts";
import type { Io } from "../io.ts";
import { createRunId } from "../run/run_info.ts";
import { countOf } from "../../src/model/numbers.ts";

/** Options of `ferret import`. */
export interface ImportOptions {
  file: string;
  /** The recording that gains the run. */
  out: string;
  /** Default: by what the file holds. */
  format?: ImportFormat | undefined;
}

/** A file is read as a whole, and engines have no texts that are much longer. */
const MAX_BYTES = 500_000_000;

/** @returns 0. @throws {UsageError} when the file cannot be read or the recording not written. */
export async function importFile(options: ImportOptions, io: Io): Promise<number> {
  const { file, out, format = "auto" } = options;
  const { checkOutput } = await import("../../src/store/check_output.ts");
  try {
    await checkOutput(out);
    const found = await readFile(file, format);
    if (found.spans.length === 0) throw new UsageError(`Cannot import "${file}": it has no spans`);
    const n = await store(found, { file, out });
    io.err(`ferret: ${countOf(found.spans.length, "span")} of ${file} are run ${n} of ${out}\n`);
    for (const [what, count] of found.skipped) {
      io.err(`ferret: left out: ${count.toLocaleString("en-US")} ${sanitize(what)}\n`);
    }
  } catch (error) {
    if (error instanceof OutputError) throw new UsageError(error.message);
    throw error;
  }
  return 0;
}

/** The year 2000: what is earlier is no time of a clock. */
const FIRST_UNIX_NS = 946_684_800_000_000_000n;

async function readFile(path: string, format: ImportFormat): Promise<ImportedFile> {
  const { bytes, modifiedMs } = readBytes(path);
  try {
    const isProtobuf = format === "otlp-proto" || format === "auto" && bytes[0] === 0x0a;
    if (isProtobuf) {
      return (await import("../../src/import/otlp_protobuf.ts")).readOtlpProtobuf(bytes);
    }
    return atRealTimes(
      await readText(new TextDecoder().decode(bytes), format, modifiedMs),
      modifiedMs,
    );
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`Cannot import "${path}": ${error.message}`);
  }
}

/** Times that count from when a machine or a program started: the file was written at their end. */
function atRealTimes(file: ImportedFile, modifiedMs: number): ImportedFile {
  const ends = file.spans.map((span) => span.startUnixNs + BigInt(span.durationNs ?? 0));
  const last = ends.reduce((a, b) => (a > b ? a : b), 0n);
  if (last >= FIRST_UNIX_NS) return file;
  const shift = BigInt(Math.round(modifiedMs)) * 1_000_000n - last;
  for (const span of file.spans) {
    span.startUnixNs += shift;
    for (const event of span.events ?? []) event.timeUnixNs += shift;
  }
  return file;
}

function readBytes(path: string): { bytes: Uint8Array; modifiedMs: number } {
  try {
    const stats = statSync(path);
    // A pipe or a device would be waited for.
    if (!stats.isFile()) throw new UsageError(`Cannot import "${path}": it is not a file`);
    if (stats.size > MAX_BYTES) {
      throw new UsageError(
        `Cannot import "${path}": it has more than 500 MB`,
        "split it, or import parts of it",
      );
    }
    return { bytes: readFileSync(path), modifiedMs: stats.mtimeMs };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    const state = code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`;
    throw new UsageError(`Cannot import "${path}": ${state}`);
  }
}

async function readText(
  text: string,
  format: ImportFormat,
  modifiedMs: number,
): Promise<ImportedFile> {
  const { isOtlpJson, readOtlpJson } = await import("../../src/import/otlp_json.ts");
  const { isChromeTrace, readChromeTrace } = await import("../../src/import/chrome_trace.ts");
  const { isCpuProfile, readCpuProfile } = await import("../../src/import/cpu_profile.ts");
  const isAuto = format === "auto";
  if (format === "otlp" || isAuto && isOtlpJson(text)) return readOtlpJson(text);
  if (format === "cpuprofile" || isAuto && isCpuProfile(text)) {
    return readCpuProfile(text, modifiedMs);
  }
  if (format === "chrome" || isAuto && isChromeTrace(text)) return readChromeTrace(text);
  throw new SyntaxError("it is neither OTLP, nor a Chrome trace, nor a .cpuprofile");
}

async function store(
  found: ImportedFile,
  { file, out }: { file: string; out: string },
): Promise<number> {
  const { numberSpans } = await import("../../src/import/number_spans.ts");
  const { storeForeignRun } = await import("../../src/store/import_run.ts");
  const { spans, threads } = numberSpans(found.spans);
  const startUnixNs = spans[0]!.source.startUnixNs;
  let endUnixNs = startUnixNs;
  for (const { source } of spans) {
    const end = source.startUnixNs + BigInt(source.durationNs ?? 0);
    if (end > endUnixNs) endUnixNs = end;
  }
  return await storeForeignRun({
    out,
    owner: ownIdentity(),
    run: {
      runId: createRunId(),
      startedAtNs: Number(startUnixNs),
      command: found.command ?? basename(file),
      args: [],
      cwd: process.cwd(),
      runtime: found.runtime ?? "",
      runtimeVersion: found.runtimeVersion ?? "",
      ferretVersion: FERRET_VERSION,
      host: hostname(),
      os: "",
      cpuCount: 0,
      labels: { imported: basename(file) },
      transport: "imported",
    },
    end: { endedAtNs: Number(endUnixNs) },
    spans: stored(spans),
    threads: threads.map((thread) => ({ ...thread, parentProcessId: undefined, kind: "main" })),
  });
}

function* stored(spans: readonly NumberedSpan[]): Iterable<StoredSpan> {
  for (const { source, ...numbers } of spans) {
    const { name, scope, kind, status, startUnixNs, durationNs, w3cTraceId } = source;
    yield {
      ...numbers,
      name,
      scope,
      kind,
      status,
      startUnixNs,
      durationNs,
      w3cTraceId,
      attributes: toJson(source.attributes),
      events: (source.events ?? []).map(({ name, timeUnixNs, attributes }) => ({
        name,
        timeUnixNs,
        attributes: toJson(attributes),
      })),
    };
  }
}

function toJson(attributes: Readonly<Record<string, unknown>>): string | undefined {
  if (Object.keys(attributes).length === 0) return undefined;
  return JSON.stringify(
    attributes,
    (_key, value: unknown) => typeof value === "string" ? value.toWellFormed() : value,
  );
}
