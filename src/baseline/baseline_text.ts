/**
 * Profiles of runs as the text of a file that is committed: one line a name, in
 * the order of names, so that what has changed is what a diff shows.
 *
 * @module
 */
import { type NameProfile, PROFILE_PERCENTILES, type RunProfile } from "../model/run_profile.ts";
import { toSafeJson } from "../model/sanitize.ts";
import { FERRET_VERSION } from "../model/version.ts";
import { encodeHistogram } from "./histogram_code.ts";
import { mergeBlocks } from "./merge_blocks.ts";

/** Version of what the text means. It rises when an older ferret would misread it. */
export const BASELINE_FORMAT = 1;

/** From so many runs on they say themselves how far they vary, and blocks in them are not kept. */
const ENOUGH_RUNS = 3;

/** Writes a baseline. The same profiles are the same text. */
export function toBaselineText(profiles: readonly RunProfile[]): string {
  const keepsBlocks = profiles.length < ENOUGH_RUNS;
  const runs = profiles.map((profile) => runText(profile, keepsBlocks));
  return `{
  "ferret_baseline": ${BASELINE_FORMAT},
  "ferret_version": ${line(FERRET_VERSION)},
  "runs": [
${runs.join(",\n")}
  ]
}
`;
}

function runText(profile: RunProfile, keepsBlocks: boolean): string {
  const { origin, issued, lost, unfinished, sampledShare } = profile;
  const run = {
    id: origin.runId,
    n: origin.n,
    status: origin.status,
    started_at: origin.startedAtMs,
    duration_ns: origin.durationNs,
    command: origin.command,
    args: origin.args,
    runtime: origin.runtime,
    runtime_version: origin.runtimeVersion,
    ferret_version: origin.ferretVersion,
    host: origin.host,
    os: origin.os,
    cpu_count: origin.cpuCount,
    git_commit: origin.gitCommit,
    git_branch: origin.gitBranch,
    labels: origin.labels,
    exit_code: origin.exitCode,
    issued,
    lost,
    unfinished,
    sampled_share: sampledShare,
  };
  const facts = toSafeJson(run).replaceAll("\n", "\n      ");
  const names = profile.names
    .toSorted((a, b) => compare(a.scope, b.scope) || compare(a.name, b.name))
    .map((name) => `        ${nameText(name, keepsBlocks)}`);
  const list = names.length === 0 ? "[]" : `[\n${names.join(",\n")}\n      ]`;
  return `    {\n      "run": ${facts},\n      "names": ${list}\n    }`;
}

function nameText(name: NameProfile, keepsBlocks: boolean): string {
  const { blocks, blockErrors } = keepsBlocks ? name : mergeBlocks(name);
  return line({
    name: name.name,
    scope: name.scope,
    kind: name.kind,
    count: name.count,
    errors: name.errors,
    roots: name.roots,
    total_ns: name.totalNs,
    self_ns: name.selfNs,
    min_ns: name.minNs,
    max_ns: name.maxNs,
    percentiles_ns: PROFILE_PERCENTILES.map((percentile) => name.percentilesNs[percentile]),
    block_errors: blockErrors,
    blocks: blocks.map(encodeHistogram),
  });
}

function line(value: unknown): string {
  return toSafeJson(value, 0);
}

/** By code units: the order must not depend on the machine's language. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
