/**
 * `ferret export`: a run in the format of another tool.
 *
 * @module
 */
import type { ExportChoice } from "../../src/export/placed_spans.ts";
import type { SpanReader } from "../../src/model/span_reader.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { ExportFormat } from "../formats.ts";
import { OutputFile } from "../output_file.ts";
import { readRecording, type RecordingOptions } from "../read_recording.ts";
import { formatSize } from "../run/size.ts";
import { TextSpool } from "../text_spool.ts";
import { sizeWarning } from "./export_sizes.ts";
import { type ChoiceOptions, conditionsOf, keysOf, parseChoice } from "./report/choice.ts";

/** Options of `ferret export`. */
export interface ExportOptions extends RecordingOptions, ChoiceOptions {
  format: ExportFormat;
  /** A file, or a folder for Parquet. Default: stdout. */
  out?: string | undefined;
}

/** What no terminal and no pipe of text should get. */
const BINARY: readonly ExportFormat[] = ["perfetto", "otlp-proto", "parquet"];

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
    const chosen = (["filter", "where", "since", "until"] as const)
      .find((name) => options[name] !== undefined);
    if (chosen !== undefined) {
      throw new UsageError(
        `Cannot export a part of a run as Parquet: --${chosen} is for the other formats`,
      );
    }
    const { exportParquet } = await import("./export_parquet.ts");
    return await exportParquet({ ...options, out: out! }, io);
  }
  await readRecording(options, io, async (reader) => {
    const choice = await readChoice(reader, options);
    if (out === undefined) {
      let length = 0;
      for await (const piece of piecesOf(reader, { format, choice })) {
        length += piece.length;
        io.out(piece as string);
        await io.flushed?.();
      }
      const warned = sizeWarning(format, length);
      if (warned !== "") io.err(`ferret: ${formatSize(length)}${warned}\n`);
      return;
    }
    const file = OutputFile.create(out);
    try {
      for await (const piece of piecesOf(reader, { format, choice })) file.write(piece);
      file.finish();
    } catch (error) {
      file.discard();
      throw error;
    }
    io.err(`ferret: ${out}, ${formatSize(file.bytes)}${sizeWarning(format, file.bytes)}\n`);
  });
  return 0;
}

async function readChoice(reader: SpanReader, options: ChoiceOptions): Promise<ExportChoice> {
  const choice = parseChoice(options, reader);
  const keys = await keysOf(reader, choice.filter, "export");
  return { where: conditionsOf(choice), during: choice.during, ...keys && { keys } };
}

async function* piecesOf(
  reader: SpanReader,
  { format, choice }: { format: Exclude<ExportFormat, "parquet">; choice: ExportChoice },
): AsyncIterable<string | Uint8Array> {
  switch (format) {
    case "speedscope": {
      const { exportSpeedscope } = await import("../../src/export/speedscope.ts");
      const spool = TextSpool.create();
      try {
        yield* exportSpeedscope(reader, { ...choice, spool });
      } finally {
        spool.close();
      }
      break;
    }
    case "chrome":
      yield* (await import("../../src/export/chrome_trace.ts")).exportChromeTrace(reader, choice);
      break;
    case "perfetto":
      yield* (await import("../../src/export/perfetto.ts")).exportPerfetto(reader, choice);
      break;
    case "otlp":
      yield* (await import("../../src/export/otlp.ts")).exportOtlpJson(reader, choice);
      break;
    case "otlp-proto":
      yield* (await import("../../src/export/otlp.ts")).exportOtlpProtobuf(reader, choice);
      break;
    case "folded":
      yield* (await import("../../src/export/folded.ts")).exportFolded(reader, choice);
      break;
    case "csv":
      yield* (await import("../render/span_csv.ts")).spanCsv(reader, choice);
  }
}
