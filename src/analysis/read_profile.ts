/**
 * Makes the profile of a run from its recording: everything in it is exact but
 * for the widths of the histograms' buckets.
 *
 * @module
 */
import { nearestRank, parsePercentile } from "../model/percentile.ts";
import {
  type NameProfile,
  PROFILE_BLOCKS,
  PROFILE_PERCENTILES,
  type ProfilePercentile,
  type RunOrigin,
  type RunProfile,
} from "../model/run_profile.ts";
import { matchesKey, type Selector } from "../model/selector.ts";
import type { RecordedRun, SpanKey, SpanReader } from "../model/span_reader.ts";
import { summarizeSampling } from "./sampling.ts";
import { keyText } from "../model/span_key.ts";

const PERCENTILES = PROFILE_PERCENTILES.map(parsePercentile);

/** Options for {@linkcode readProfile}. */
export interface ReadProfileOptions {
  /** Default: all spans. */
  filter?: Selector | undefined;
  /** Only these names. Default: all. */
  keys?: readonly SpanKey[] | undefined;
}

/** Reads the profile of the run that a reader is opened at. */
export async function readProfile(
  reader: SpanReader,
  { filter, keys }: ReadProfileOptions = {},
): Promise<RunProfile> {
  const { run } = reader;
  const spans = reader.spans({ where: filter?.attributes ?? [] });
  const wanted = keys && new Set(keys.map(keyText));
  const totals = (await spans.totals())
    .filter((key) => key.count > 0 && wanted?.has(keyText(key)) !== false)
    .filter((key) => filter === undefined || matchesKey(filter, key))
    .sort((a, b) => b.totalNs - a.totalNs || compare(a.name, b.name) || compare(a.scope, b.scope));
  const values = await spans.valuesAt(totals.map((row) => ({
    keys: [row],
    ranks: PERCENTILES.map((percentile) => nearestRank(percentile, row.count)),
  })));
  const blocks = await spans.blocks(totals, PROFILE_BLOCKS);
  const names = totals.map((row, i): NameProfile => {
    const percentilesNs = Object.fromEntries(
      PROFILE_PERCENTILES.map((name, at) => [name, values[i]![at]!]),
    ) as Record<ProfilePercentile, number>;
    return {
      ...row,
      percentilesNs,
      blocks: blocks[i]!.map(({ buckets, counts }) => ({ buckets, counts })),
      blockErrors: blocks[i]!.map(({ errors }) => errors),
    };
  });
  const { issued, lost, unfinished } = run;
  const sampledShare = 1 / (summarizeSampling(run, [])?.factor ?? 1);
  return { origin: originOf(run), issued, lost, unfinished, sampledShare, names };
}

/** What a recording says about where and how a run came about. */
export function originOf(run: RecordedRun): RunOrigin {
  return {
    runId: run.runId,
    n: run.n,
    status: run.status,
    startedAtMs: run.startedAtMs,
    durationNs: run.durationNs,
    command: run.command,
    args: run.args,
    runtime: run.runtime,
    runtimeVersion: run.runtimeVersion,
    ferretVersion: run.ferretVersion,
    host: run.host ?? "",
    os: run.os ?? "",
    cpuCount: run.cpuCount,
    gitCommit: run.gitCommit,
    gitBranch: run.gitBranch,
    labels: run.labels,
    exitCode: run.exitCode,
  };
}

/** By code units: the order must not depend on the machine's language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
