/**
 * Reads a baseline's text, whoever wrote it: what is not as ferret writes it is
 * refused, and said where it stands.
 *
 * @module
 */
import {
  type DurationHistogram,
  type NameProfile,
  PROFILE_PERCENTILES,
  type ProfilePercentile,
  type RunOrigin,
  type RunProfile,
} from "../model/run_profile.ts";
import type { RunStatus } from "../model/run_info.ts";
import { BASELINE_FORMAT } from "./baseline_text.ts";
import { type CheckedObject, parseObject } from "./checked_object.ts";
import { decodeHistogram } from "./histogram_code.ts";
import { sum } from "../model/numbers.ts";

const STATUSES: readonly RunStatus[] = ["complete", "recovered", "cut_off"];

/** A newer ferret wrote the baseline. */
export class NewerBaselineError extends Error {
  override name = "NewerBaselineError";
}

/**
 * Reads a baseline.
 *
 * @returns At least one run, the names of each by total time, longest first.
 * @throws {SyntaxError} when it is none.
 * @throws {NewerBaselineError} when this ferret does not know its format.
 */
export function readBaseline(text: string): RunProfile[] {
  const file = parseObject(text);
  const format = file.whole("ferret_baseline");
  if (format > BASELINE_FORMAT) {
    throw new NewerBaselineError(
      `a newer ferret wrote it (format ${format}, this one knows ${BASELINE_FORMAT})`,
    );
  }
  const runs = file.objects("runs").map(readRun);
  if (runs.length === 0) throw new SyntaxError("it has no runs");
  return runs;
}

function readRun(item: CheckedObject): RunProfile {
  const run = item.object("run");
  const sampledShare = run.number("sampled_share");
  if (sampledShare <= 0 || sampledShare > 1) throw run.wrong("sampled_share");
  const names = item.objects("names").map(readName).sort((a, b) => b.totalNs - a.totalNs);
  if (new Set(names.map(({ name, scope }) => `${scope}:${name}`)).size !== names.length) {
    throw item.wrong("names");
  }
  return {
    origin: readOrigin(run),
    issued: run.whole("issued"),
    lost: run.whole("lost"),
    unfinished: run.whole("unfinished"),
    sampledShare,
    names,
  };
}

function readOrigin(run: CheckedObject): RunOrigin {
  const status = STATUSES.find((known) => known === run.text("status"));
  if (status === undefined) throw run.wrong("status");
  return {
    runId: run.text("id"),
    n: run.whole("n"),
    status,
    startedAtMs: run.optional("started_at", (key) => run.number(key)),
    durationNs: run.optional("duration_ns", (key) => run.number(key)),
    command: run.text("command"),
    args: run.texts("args"),
    runtime: run.text("runtime"),
    runtimeVersion: run.text("runtime_version"),
    ferretVersion: run.text("ferret_version"),
    host: run.text("host"),
    os: run.text("os"),
    cpuCount: run.optional("cpu_count", (key) => run.whole(key)),
    gitCommit: run.optional("git_commit", (key) => run.text(key)),
    gitBranch: run.optional("git_branch", (key) => run.text(key)),
    labels: run.textsByName("labels"),
    exitCode: run.optional("exit_code", (key) => run.number(key)),
  };
}

function readName(item: CheckedObject): NameProfile {
  const count = item.whole("count");
  const errors = item.whole("errors");
  const values = item.wholes("percentiles_ns");
  const blocks = item.texts("blocks").map((text) => readBlock(item, text));
  const blockErrors = item.wholes("block_errors");
  const sizes = blocks.map(({ counts }) => sum(counts));
  if (count === 0 || errors > count) throw item.wrong("count");
  if (values.length !== PROFILE_PERCENTILES.length) throw item.wrong("percentiles_ns");
  if (sum(sizes) !== count) throw item.wrong("blocks");
  if (
    blockErrors.length !== blocks.length || sum(blockErrors) !== errors ||
    blockErrors.some((failed, i) => failed > sizes[i]!)
  ) throw item.wrong("block_errors");
  return {
    name: item.text("name"),
    scope: item.text("scope"),
    kind: item.text("kind"),
    count,
    errors,
    roots: item.whole("roots"),
    totalNs: item.whole("total_ns"),
    selfNs: item.whole("self_ns"),
    minNs: item.whole("min_ns"),
    maxNs: item.whole("max_ns"),
    percentilesNs: Object.fromEntries(
      PROFILE_PERCENTILES.map((percentile, i) => [percentile, values[i]!]),
    ) as Record<ProfilePercentile, number>,
    blocks,
    blockErrors,
  };
}

function readBlock(item: CheckedObject, text: string): DurationHistogram {
  try {
    const block = decodeHistogram(text);
    if (block.counts.length > 0) return block;
  } catch {
    // Said where it stands.
  }
  throw item.wrong("blocks");
}
