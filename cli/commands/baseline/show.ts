/**
 * `ferret baseline show`: what a baseline holds, a line a name.
 *
 * @module
 */
import { nearNames } from "../../../src/analysis/near_names.ts";
import { formatDuration } from "../../../src/model/duration.ts";
import { formatCount, formatShare, median, sum } from "../../../src/model/numbers.ts";
import {
  type NameProfile,
  PROFILE_PERCENTILES,
  type ProfilePercentile,
  type RunProfile,
} from "../../../src/model/run_profile.ts";
import { sanitize, toSafeJson } from "../../../src/model/sanitize.ts";
import { matchesKey, parseSelector } from "../../../src/model/selector.ts";
import type { SpanKey } from "../../../src/model/span_reader.ts";
import { loadSide } from "../../compared_side.ts";
import { CannotSayError } from "../../errors.ts";
import type { TextFormat } from "../../formats.ts";
import type { Io } from "../../io.ts";
import { originData } from "../../render/diff/diff_data.ts";
import { runsText } from "../../render/diff/diff_side.ts";
import { styleFor } from "../../render/style.ts";
import { renderTable, type TableColumn } from "../../render/text_table.ts";
import { asUsage } from "../../usage.ts";

/** Options of `ferret baseline show`. */
export interface ShowOptions {
  name: string;
  /** A selector. Default: all names. */
  filter?: string | undefined;
  /** Default: text. */
  format?: TextFormat | undefined;
}

/** A name in all runs of a baseline; times in ns, medians of the runs' values. */
interface SavedName extends SpanKey {
  runs: number;
  count: number;
  errors: number;
  meanNs: number;
  percentilesNs: Record<ProfilePercentile, number>;
  maxNs: number;
}

const COLUMNS: readonly TableColumn<SavedName>[] = [
  { title: "name", align: "left", text: ({ name }) => sanitize(name), shrinks: true },
  { title: "scope", align: "left", text: ({ scope }) => sanitize(scope), dropOrder: 5 },
  { title: "runs", align: "right", text: ({ runs }) => formatCount(runs), dropOrder: 4 },
  { title: "spans", align: "right", text: ({ count }) => formatCount(count) },
  {
    title: "errors",
    align: "right",
    text: ({ errors, count }) => errors === 0 ? "0" : formatShare(errors / count),
    dropOrder: 2,
  },
  { title: "mean", align: "right", text: ({ meanNs }) => formatDuration(meanNs), dropOrder: 3 },
  ...PROFILE_PERCENTILES.map((percentile): TableColumn<SavedName> => ({
    title: `p${percentile}`,
    align: "right",
    text: ({ percentilesNs }) => formatDuration(percentilesNs[percentile]),
    ...percentile === "50" || percentile === "99" ? {} : { dropOrder: 6 },
  })),
  { title: "max", align: "right", text: ({ maxNs }) => formatDuration(maxNs), dropOrder: 7 },
];

/** @returns 0. @throws {RecordingError | CannotSayError | UsageError} */
export async function showBaseline(options: ShowOptions, io: Io): Promise<number> {
  const filter = options.filter === undefined
    ? undefined
    : asUsage(() => parseSelector(options.filter!));
  const { profiles } = await loadSide(options.name, io);
  const all = savedNames(profiles);
  const names = all.filter((key) => filter === undefined || matchesKey(filter, key));
  if (names.length === 0 && filter !== undefined) {
    const near = nearNames(filter.text, all.map(({ name }) => name), 3);
    throw new CannotSayError(
      `Cannot show "${filter.text}": no span matches it`,
      near.length === 0 ? undefined : `Did you mean ${near.join(", ")}?`,
    );
  }
  io.out(options.format === "json" ? toJson(profiles, names) : toText(profiles, names, io));
  return 0;
}

function toText(profiles: readonly RunProfile[], names: readonly SavedName[], io: Io): string {
  const style = styleFor(io);
  const table = renderTable(names, COLUMNS, {
    columns: io.columns,
    styleTitle: (line) => style("dim", line),
  });
  const note = profiles.length > 1 ? "\ntimes are medians of the values of the runs\n" : "";
  return `${runsText(profiles.map(({ origin }) => origin))}\n\n${table}${note}`;
}

function toJson(profiles: readonly RunProfile[], names: readonly SavedName[]): string {
  return `${
    toSafeJson({
      runs: profiles.map(({ origin, issued, lost, unfinished }) => ({
        ...originData(origin),
        issued,
        lost,
        unfinished,
      })),
      names: names.map(({ name, scope, runs, count, errors, meanNs, percentilesNs, maxNs }) => ({
        name,
        scope,
        runs,
        count,
        errors,
        mean_ns: meanNs,
        percentiles_ns: percentilesNs,
        max_ns: maxNs,
      })),
    })
  }\n`;
}

/** All names, those that took most time first. */
function savedNames(profiles: readonly RunProfile[]): SavedName[] {
  const all = profiles.flatMap(({ names }) => names);
  const byKey = Map.groupBy(all, ({ name, scope }) => `${scope}:${name}`);
  const timeOf = (of: readonly NameProfile[]) => sum(of.map(({ totalNs }) => totalNs));
  return [...byKey.values()].sort((a, b) => timeOf(b) - timeOf(a)).map((of) => ({
    name: of[0]!.name,
    scope: of[0]!.scope,
    runs: of.length,
    count: sum(of.map(({ count }) => count)),
    errors: sum(of.map(({ errors }) => errors)),
    meanNs: median(of.map(({ totalNs, count }) => totalNs / count)),
    percentilesNs: Object.fromEntries(
      PROFILE_PERCENTILES.map((p) => [p, median(of.map((one) => one.percentilesNs[p]))]),
    ) as Record<ProfilePercentile, number>,
    maxNs: Math.max(...of.map(({ maxNs }) => maxNs)),
  }));
}
