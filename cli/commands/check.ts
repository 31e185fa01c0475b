/**
 * `ferret check`: the gate. Whatever the verdict, it goes to stdout.
 *
 * @module
 */
import process from "node:process";
import { isRelative } from "../../src/analysis/check_changes.ts";
import type { CheckReport, InconclusivePolicy, Verdict } from "../../src/analysis/check_report.ts";
import { checkThresholds } from "../../src/analysis/check_thresholds.ts";
import type { SpanReader } from "../../src/model/span_reader.ts";
import { parseRecordingName } from "../../src/store/reader/recording_path.ts";
import { loadConfig } from "../config/load_config.ts";
import { UsageError } from "../errors.ts";
import type { GateFormat } from "../formats.ts";
import type { Io } from "../io.ts";
import { DEFAULT_RECORDING } from "../default_recording.ts";
import { readRecording, type RecordingOptions } from "../read_recording.ts";
import { printCheck } from "../render/gate/print_gate.ts";
import { asUsage } from "../usage.ts";
import { type CheckSettings, checkSettings } from "./check/settings.ts";
import type { ShorthandValues } from "./check/shorthands.ts";
import { checkedRuns, loadSides, type SideChoice } from "./check/sides.ts";

/** Options of `ferret check`. */
export interface CheckCommandOptions extends RecordingOptions, ShorthandValues {
  /** A selector. Default: server spans, else root spans. */
  span?: string | undefined;
  threshold?: readonly string[] | undefined;
  /** A recording, some of its runs, or the name of a baseline. */
  baseline?: string | undefined;
  /** A share. Default 1 %. */
  alpha?: string | undefined;
  /** A share. Default 5 %. */
  margin?: string | undefined;
  minSamples?: number | undefined;
  /** `1%` or a number of spans. Default: none. */
  maxLoss?: string | undefined;
  /** Default: `report`. */
  inconclusive?: InconclusivePolicy | undefined;
  /** Default: text. */
  format?: GateFormat | undefined;
  /** Path of the settings of the project; `false`: without. Default: what is found. */
  config?: string | boolean | undefined;
}

const EXIT_CODES: Readonly<Record<Verdict, number>> = { pass: 0, fail: 1, inconclusive: 3 };

/** @returns 0 pass, 1 fail, 3 cannot say. @throws {RecordingError} @throws {UsageError} */
export async function check(options: CheckCommandOptions, io: Io): Promise<number> {
  const { config } = await loadConfig(process.cwd(), { file: options.config });
  const settings = asUsage(() => checkSettings(options, config.check ?? {}));
  if (settings.thresholds.length === 0) {
    throw new UsageError(
      "Cannot check: no threshold was given",
      "Try ferret check --p99 200ms, or ferret init, which writes some into ferret.json",
    );
  }
  const label = options.recording ?? DEFAULT_RECORDING;
  const choice = {
    label,
    isOneRun: options.run !== undefined || parseRecordingName(label).run !== undefined,
    baseline: settings.baseline,
  };
  const report = await readRecording(
    options,
    io,
    (reader) => checkRun(reader, io, { settings, choice }),
  );
  printCheck(report, options.format ?? "text", io);
  return EXIT_CODES[report.verdict];
}

async function checkRun(
  reader: SpanReader,
  io: Io,
  { settings: { thresholds, options }, choice }: { settings: CheckSettings; choice: SideChoice },
): Promise<CheckReport> {
  const report = await checkThresholds(reader, thresholds, {
    ...options,
    loadSides: (keys) => loadSides(reader, io, { keys, choice }),
  });
  const runs = checkedRuns(reader, choice).length;
  if (runs === 1 || thresholds.every(isRelative)) return report;
  const others = thresholds.some(isRelative) ? "; changes are those of all of them" : "";
  const note =
    `limits are held against run ${reader.run.n}, the last of a series of ${runs}${others}`;
  return { ...report, notes: [...report.notes, note] };
}
