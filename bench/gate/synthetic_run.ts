/**
 * Profiles of runs that did not take place.
 *
 * @module
 */
import { bucketOf } from "../../src/model/duration_bucket.ts";
import { nearestRank, parsePercentile } from "../../src/model/percentile.ts";
import {
  type DurationHistogram,
  type NameProfile,
  PROFILE_BLOCKS,
  PROFILE_PERCENTILES,
  type ProfilePercentile,
  type RunOrigin,
  type RunProfile,
} from "../../src/model/run_profile.ts";

const NS_A_MS = 1e6;
const PERCENTILES = PROFILE_PERCENTILES.map((text) => ({
  text,
  percentile: parsePercentile(text),
}));

const ORIGIN: RunOrigin = {
  runId: "",
  n: 1,
  status: "complete",
  startedAtMs: undefined,
  durationNs: undefined,
  command: "server.ts",
  args: [],
  runtime: "deno",
  runtimeVersion: "2",
  ferretVersion: "0",
  host: "here",
  os: "linux",
  cpuCount: 2,
  gitCommit: undefined,
  gitBranch: undefined,
  labels: {},
  exitCode: 0,
};

/** A run with one name for each list of durations, which are in ms and in the order of time. */
export function syntheticRun(durations: readonly Float64Array[]): RunProfile {
  const names = durations.map((values, i) => syntheticName(`name ${i}`, values));
  return {
    origin: ORIGIN,
    issued: names.reduce((sum, { count }) => sum + count, 0),
    lost: 0,
    unfinished: 0,
    sampledShare: 1,
    names,
  };
}

/** What a profile would know of spans with these durations, in ms. */
export function syntheticName(name: string, durationsMs: Float64Array): NameProfile {
  const durations = durationsMs.map((ms) => Math.round(ms * NS_A_MS));
  const sorted = durations.toSorted();
  const totalNs = durations.reduce((sum, one) => sum + one, 0);
  const percentilesNs = Object.fromEntries(
    PERCENTILES.map(({ text, percentile }) => [
      text,
      sorted[nearestRank(percentile, sorted.length) - 1]!,
    ]),
  ) as Record<ProfilePercentile, number>;
  // Made when they are looked at: those of several runs never are.
  let blocks: DurationHistogram[] | undefined;
  return {
    name,
    scope: "function",
    kind: "internal",
    count: sorted.length,
    errors: 0,
    roots: sorted.length,
    totalNs,
    selfNs: totalNs,
    minNs: sorted[0]!,
    maxNs: sorted.at(-1)!,
    percentilesNs,
    get blocks() {
      return blocks ??= toBlocks(durations);
    },
    blockErrors: [],
  };
}

function toBlocks(durations: Float64Array): DurationHistogram[] {
  const { length } = durations;
  return Array.from({ length: PROFILE_BLOCKS }, (_, i) => {
    const from = Math.floor(i * length / PROFILE_BLOCKS);
    const until = Math.floor((i + 1) * length / PROFILE_BLOCKS);
    return toHistogram(durations.subarray(from, until));
  }).filter(({ counts }) => counts.length > 0);
}

function toHistogram(durations: Float64Array): DurationHistogram {
  const counts = new Map<number, number>();
  for (const duration of durations) {
    const bucket = bucketOf(duration);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const buckets = [...counts.keys()].sort((a, b) => a - b);
  return { buckets, counts: buckets.map((bucket) => counts.get(bucket)!) };
}
