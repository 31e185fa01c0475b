/**
 * `ferret init`: a ferret.json to begin with. It never takes the place of
 * settings that are there, unless it is told to.
 *
 * @module
 */
import { existsSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { type SuggestedLimits, suggestLimits } from "../../src/analysis/suggest_limits.ts";
import { countOf } from "../../src/model/numbers.ts";
import { sanitize, sanitizeJson } from "../../src/model/sanitize.ts";
import { withOuterUmask } from "../../src/runtime/private_umask.ts";
import { sourceFor } from "../config/find_config.ts";
import { SCHEMA_PATH, SCHEMA_URL } from "../config/schema_place.ts";
import { UsageError } from "../errors.ts";
import type { Io } from "../io.ts";
import { DEFAULT_RECORDING } from "../default_recording.ts";
import { readRecording, type RecordingOptions } from "../read_recording.ts";
import { limitsText } from "../render/limits_text.ts";

/** Options of `ferret init`. */
export interface InitCommandOptions extends RecordingOptions {
  /** Overwrite a ferret.json. Default false. */
  force?: boolean | undefined;
  /** Print it instead. Default false. */
  stdout?: boolean | undefined;
}

const CONFIG_FILE = "ferret.json";

/** Where nothing was seen: each request within a second, and hardly one fails. */
const FIRST_THRESHOLDS = ["http.server:*: p(99) < 1s", "http.server:*: errors < 1%", "loss == 0"];

/** @returns 0. @throws {UsageError} @throws {RecordingError} */
export async function init(options: InitCommandOptions, io: Io): Promise<number> {
  const cwd = process.cwd();
  const path = join(cwd, CONFIG_FILE);
  if (options.stdout !== true) await refuseSecond(cwd, options.force === true);
  const recording = options.recording ?? DEFAULT_RECORDING;
  const isThere = options.recording !== undefined || options.run !== undefined ||
    existsSync(recording);
  const { suggested, ...source } = isThere
    ? await readRecording(options, io, async (reader) => ({
      suggested: await suggestLimits(reader),
      run: `run ${reader.run.n} of ${recording.replace(/#[^#]*$/, "")}`,
      lost: reader.run.lost,
    }))
    : { suggested: undefined, run: undefined, lost: 0 };
  const thresholds = suggested?.limits.map(({ threshold }) => threshold) ?? [];
  const text = configText(cwd, thresholds.length > 0 ? thresholds : FIRST_THRESHOLDS);
  if (options.stdout === true) {
    io.out(text);
    return 0;
  }
  write(path, text, options.force === true);
  io.out(report(suggested, { ...source, recording: options.recording }, io));
  return 0;
}

/** Two places with settings in one folder would be an error of every later command. */
async function refuseSecond(cwd: string, force: boolean): Promise<void> {
  const path = join(cwd, CONFIG_FILE);
  if (existsSync(path)) {
    if (force) return;
    throw new UsageError(
      `Cannot write "${CONFIG_FILE}": it is there already`,
      "--force overwrites it, --stdout shows what would be in it",
    );
  }
  const source = await sourceFor(cwd);
  if (source === undefined || dirname(source.path) !== cwd) return;
  throw new UsageError(
    `Cannot write "${CONFIG_FILE}": ${basename(source.path)} has settings of ferret already`,
    "--stdout shows what could be added to them",
  );
}

function configText(cwd: string, thresholds: readonly string[]): string {
  const $schema = existsSync(join(cwd, SCHEMA_PATH)) ? `./${SCHEMA_PATH}` : SCHEMA_URL;
  return `${sanitizeJson(JSON.stringify({ $schema, check: { thresholds } }, undefined, 2))}\n`;
}

function write(path: string, text: string, force: boolean): void {
  try {
    // It is for all who work on the project, not for one user as recordings are.
    withOuterUmask(() => writeFileSync(path, text, { flag: force ? "w" : "wx" }));
  } catch (error) {
    throw new UsageError(`Cannot write "${CONFIG_FILE}": ${(error as Error).message}`);
  }
}

/** Where limits come from. */
interface RunFacts {
  /** `undefined`: from no run. */
  run: string | undefined;
  /** Spans that it has lost. */
  lost: number;
  /** As the user named it. */
  recording: string | undefined;
}

function report(
  suggested: SuggestedLimits | undefined,
  { run, lost, recording }: RunFacts,
  io: Io,
): string {
  const again = "ferret init --force";
  if (suggested === undefined || suggested.limits.length === 0) {
    const why = suggested === undefined
      ? `there is no ${DEFAULT_RECORDING} to take limits from`
      : `${sanitize(run!)} ${lost > 0 ? "has lost spans" : "has nothing to take limits from"}`;
    return `wrote ${CONFIG_FILE} with limits to begin with: ${why}\n` +
      `next: ferret run <script>, then ${again}\n`;
  }
  const { limits, rare, further } = suggested;
  const lines = [
    `wrote ${CONFIG_FILE} with ${countOf(limits.length, "threshold")} from ${sanitize(run!)}:`,
    "",
    limitsText(limits, io).trimEnd(),
    "",
  ];
  if (further > 0) lines.push(`without limits: ${countOf(further, "name")} that took less time`);
  if (rare > 0) lines.push(`without limits: ${countOf(rare, "name")} with fewer than 20 spans`);
  const isTimed = limits.some(({ unit }) => unit === "ns");
  const check = recording === undefined ? "ferret check" : `ferret check ${shellWord(recording)}`;
  lines.push(`next: ${sanitize(isTimed ? check : `a longer run, under load, then ${again}`)}`);
  return `${lines.join("\n")}\n`;
}

function shellWord(text: string): string {
  return /^[\w./#@%+=:,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
