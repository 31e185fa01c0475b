/**
 * What comparing runs needs to know of one: all of it fits in some kilobytes a
 * name. It is made from a recording, or kept as a baseline.
 *
 * @module
 */
import type { RunStatus } from "./run_info.ts";
import type { SpanKey } from "./span_reader.ts";

/** Blocks into which the spans of a name are cut, in the order of time, at most. */
export const PROFILE_BLOCKS = 16;

/** Percentiles that a profile has exactly. */
export const PROFILE_PERCENTILES = ["50", "90", "95", "99", "99.9"] as const;

/** One of {@linkcode PROFILE_PERCENTILES}. */
export type ProfilePercentile = (typeof PROFILE_PERCENTILES)[number];

/** Where and how a run came about: what two runs should have in common to be compared. */
export interface RunOrigin {
  runId: string;
  /** Number in its recording. */
  n: number;
  status: RunStatus;
  /** Unix time in ms. */
  startedAtMs: number | undefined;
  durationNs: number | undefined;
  command: string;
  args: readonly string[];
  runtime: string;
  runtimeVersion: string;
  ferretVersion: string;
  host: string;
  os: string;
  cpuCount: number | undefined;
  gitCommit: string | undefined;
  gitBranch: string | undefined;
  labels: Readonly<Record<string, string>>;
  exitCode: number | undefined;
}

/**
 * Numbers of values by bucket: 64 buckets an octave from 128 ns on, one for each
 * ns below (`bucketOf` of duration_bucket.ts). Buckets ascend.
 */
export interface DurationHistogram {
  buckets: readonly number[];
  counts: readonly number[];
}

/** What a profile knows of the finished spans of one name. */
export interface NameProfile extends SpanKey {
  kind: string;
  count: number;
  errors: number;
  /** Spans without a parent. */
  roots: number;
  totalNs: number;
  selfNs: number;
  minNs: number;
  maxNs: number;
  /** Exact, by nearest rank. */
  percentilesNs: Readonly<Record<ProfilePercentile, number>>;
  /**
   * The durations in pieces that follow one another in time, by the start of
   * the spans: how they differ says how far the run varies within itself. Their
   * spans are about as many each; together they are all spans.
   */
  blocks: readonly DurationHistogram[];
  /** Failed spans in each of the blocks: failures come in bursts. */
  blockErrors: readonly number[];
}

/** A run, as far as it is compared with others. */
export interface RunProfile {
  origin: RunOrigin;
  /** Spans that were issued, and those of them that were lost. */
  issued: number;
  lost: number;
  unfinished: number;
  /** Share of the traces that were recorded: 1 unless the run was sampled. */
  sampledShare: number;
  /** By total time, longest first. */
  names: readonly NameProfile[];
}
