/**
 * `ferret export`: a run in the format of another tool.
 *
 * @module
 */
import type { SpanReader } from "../../src/model/span_reader.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { OutputFile } from "../output_file.ts";
import { readRecording, type RecordingOptions } from "../read_recording.ts";
import { formatSize } from "../run/size.ts";
import { TextSpool } from "../text_spool.ts";

/** Formats that runs can be exported to. */
export const EXPORT_FORMATS = [
  "speedscope",
  "chrome",
  "perfetto",
  "otlp",
  "otlp-proto",
  "folded",
  "csv",
  "parquet",
] as const;

/** One of {@linkcode EXPORT_FORMATS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Options of `ferret export`. */
export interface ExportOptions extends RecordingOptions {
  format: ExportFormat;
  /** A file, or a folder for Parquet. Default: stdout. */
  out?: string | undefined;
}

/** What no terminal and no pipe of text should get. */
const BINARY: readonly ExportFormat[] = ["perfetto", "otlp-proto", "parquet"];

/** Sizes that break what usually opens the files. */
const MAX_BYTES: Partial<Record<ExportFormat, { bytes: number; reader: string }>> = {
  speedscope: { bytes: 60e6, reader: "speedscope" },
  chrome: { bytes: 500e6, reader: "Perfetto's and Chrome's viewers" },
  perfetto: { bytes: 1.5e9, reader: "Perfetto's viewer" },
};

/** @returns 0. @throws {RecordingError} @throws {UsageError} */
export async function exportRun(options: ExportOptions, io: Io): Promise<number> {
  const { format, out } = options;
  if (out === undefined && BINARY.includes(format)) {
    throw new UsageError(
      `Cannot export ${format} to stdout: it is not text`,
      format === "parquet" ? "-o names a folder" : "-o names a file",
    );
  }
  if (format === "parquet") {
    const { exportParquet } = await import("./export_parquet.ts");
    return await exportParquet({ ...options, out: out! }, io);
  }
  await readRecording(options, io, async (reader) => {
    if (out === undefined) {
      for await (const piece of piecesOf(reader, format)) {
        io.out(piece as string);
        await io.flushed?.();
      }
      return;
    }
    const file = OutputFile.create(out);
    try {
      for await (const piece of piecesOf(reader, format)) file.write(piece);
      file.finish();
    } catch (error) {
      file.discard();
      throw error;
    }
    io.err(`ferret: ${out}, ${formatSize(file.bytes)}${warning(format, file.bytes)}\n`);
  });
  return 0;
}

async function* piecesOf(
  reader: SpanReader,
  format: Exclude<ExportFormat, "parquet">,
): AsyncIterable<string | Uint8Array> {
  switch (format) {
    case "speedscope": {
      const { exportSpeedscope } = await import("../../src/export/speedscope.ts");
      const spool = TextSpool.create();
      try {
        yield* exportSpeedscope(reader, { spool });
      } finally {
        spool.close();
      }
      break;
    }
    case "chrome":
      yield* (await import("../../src/export/chrome_trace.ts")).exportChromeTrace(reader);
      break;
    case "perfetto":
      yield* (await import("../../src/export/perfetto.ts")).exportPerfetto(reader);
      break;
    case "otlp":
      yield* (await import("../../src/export/otlp.ts")).exportOtlpJson(reader);
      break;
    case "otlp-proto":
      yield* (await import("../../src/export/otlp.ts")).exportOtlpProtobuf(reader);
      break;
    case "folded":
      yield* (await import("../../src/export/folded.ts")).exportFolded(reader);
      break;
    case "csv":
      yield* (await import("../render/span_csv.ts")).spanCsv(reader);
  }
}

function warning(format: ExportFormat, bytes: number): string {
  const limit = MAX_BYTES[format];
  if (limit === undefined || bytes <= limit.bytes) return "";
  return `: ${limit.reader} may not be able to open so much (--since, --until and --filter export less)`;
}
