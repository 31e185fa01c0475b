/**
 * `ferret baseline list`: the baselines of the project.
 *
 * @module
 */
import { statSync } from "node:fs";
import process from "node:process";
import {
  baselinePath,
  findBaselineFolder,
  listBaselines,
} from "../../../src/baseline/baseline_folder.ts";
import { loadBaseline } from "../../../src/baseline/load_baseline.ts";
import { formatCount } from "../../../src/model/numbers.ts";
import { RecordingError } from "../../../src/model/recording_error.ts";
import type { RunProfile } from "../../../src/model/run_profile.ts";
import { sanitize, toSafeJson } from "../../../src/model/sanitize.ts";
import type { TextFormat } from "../../formats.ts";
import type { Io } from "../../io.ts";
import { originData } from "../../render/diff/diff_data.ts";
import { styleFor } from "../../render/style.ts";
import { renderTable, type TableColumn } from "../../render/text_table.ts";
import { formatSize } from "../../run/size.ts";

/** Options of `ferret baseline list`. */
export interface ListOptions {
  /** Default: text. */
  format?: TextFormat | undefined;
}

interface Saved {
  name: string;
  path: string;
  bytes: number;
  profiles: readonly RunProfile[];
}

const COLUMNS: readonly TableColumn<Saved>[] = [
  { title: "name", align: "left", text: ({ name }) => name },
  { title: "runs", align: "right", text: ({ profiles }) => formatCount(profiles.length) },
  { title: "names", align: "right", text: ({ profiles }) => formatCount(nameCount(profiles)) },
  { title: "size", align: "right", text: ({ bytes }) => formatSize(bytes), dropOrder: 4 },
  {
    title: "recorded",
    align: "left",
    text: ({ profiles }) => isoTime(profiles)?.slice(0, 10) ?? "-",
    dropOrder: 2,
  },
  {
    title: "commit",
    align: "left",
    text: ({ profiles }) => sanitize(profiles.at(-1)!.origin.gitCommit?.slice(0, 8) ?? "-"),
    dropOrder: 3,
  },
  {
    title: "runtime",
    align: "left",
    text: ({ profiles }) => {
      const { runtime, runtimeVersion } = profiles.at(-1)!.origin;
      return sanitize(`${runtime} ${runtimeVersion}`.trim());
    },
    dropOrder: 1,
  },
  {
    title: "command",
    align: "left",
    text: ({ profiles }) => {
      const { command, args } = profiles.at(-1)!.origin;
      return sanitize([command, ...args].join(" "));
    },
    shrinks: true,
  },
];

/** @returns 0, and 4 when one of them cannot be read. */
export function listSaved({ format = "text" }: ListOptions, io: Io): number {
  const folder = findBaselineFolder(process.cwd());
  const names = folder === undefined ? [] : listBaselines(folder);
  const problems: RecordingError[] = [];
  const saved = names.flatMap((name): Saved[] => {
    const path = baselinePath(folder!, name);
    try {
      return [{ name, path, profiles: loadBaseline(path), bytes: statSync(path).size }];
    } catch (error) {
      if (!(error instanceof RecordingError)) throw error;
      problems.push(error);
      return [];
    }
  });
  if (format === "json") io.out(listJson(saved));
  else if (names.length === 0) io.out("no baseline is saved: ferret baseline save makes one\n");
  else if (saved.length > 0) {
    const style = styleFor(io);
    const options = { columns: io.columns, styleTitle: (line: string) => style("dim", line) };
    io.out(renderTable(saved, COLUMNS, options));
  }
  for (const { message } of problems) io.err(`ferret: ${sanitize(message)}\n`);
  return problems.length > 0 ? 4 : 0;
}

function listJson(saved: readonly Saved[]): string {
  const baselines = saved.map(({ name, path, bytes, profiles }) => ({
    name,
    path,
    bytes,
    names: nameCount(profiles),
    runs: profiles.map(({ origin }) => originData(origin)),
  }));
  return `${toSafeJson({ baselines })}\n`;
}

function nameCount(profiles: readonly RunProfile[]): number {
  return new Set(
    profiles.flatMap(({ names }) => names.map(({ name, scope }) => `${scope}:${name}`)),
  ).size;
}

/** When the last of the runs began. */
function isoTime(profiles: readonly RunProfile[]): string | undefined {
  const time = new Date(profiles.at(-1)!.origin.startedAtMs ?? NaN);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
