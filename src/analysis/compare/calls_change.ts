/**
 * How many times a name is called for each request, or for each root where
 * nothing was served: an N+1 shows here before it is slow.
 *
 * @module
 */
import type { NameProfile, RunProfile } from "../../model/run_profile.ts";
import { median } from "../../model/numbers.ts";
import type { CallsChange } from "./comparison.ts";
import { keyText } from "../../model/span_key.ts";

/** A smaller change of the number of calls is none. */
const MIN_CHANGE = 0.1;

/** A change must be so many standard deviations of numbers that are counted. */
const MIN_DEVIATIONS = 4;

/** Names of both sides whose calls changed, the largest change first. */
export function callsChanges(
  base: readonly RunProfile[],
  head: readonly RunProfile[],
): CallsChange[] {
  const isServer = [base, head].every((side) => side.every((run) => servedBy(run) > 0));
  const unitsOf = isServer ? servedBy : rootsOf;
  const bases = callsOf(base, unitsOf);
  const heads = callsOf(head, unitsOf);
  const changes: (CallsChange & { ratio: number })[] = [];
  for (const [key, one] of bases) {
    const other = heads.get(key);
    if (other === undefined || one.name.roots > 0 || isServed(one.name)) continue;
    const ratio = Math.abs(Math.log(other.calls / one.calls));
    const deviation = Math.sqrt(1 / one.count + 1 / other.count);
    if (ratio < Math.log1p(MIN_CHANGE) || ratio < MIN_DEVIATIONS * deviation) continue;
    const { name, scope } = one.name;
    changes.push({ name, scope, baseCalls: one.calls, headCalls: other.calls, ratio });
  }
  return changes.sort((a, b) => b.ratio - a.ratio).map(({ ratio: _, ...change }) => change);
}

interface Calls {
  name: NameProfile;
  /** In all runs. */
  count: number;
  /** For each unit, in the median of the runs. */
  calls: number;
}

function callsOf(
  runs: readonly RunProfile[],
  unitsOf: (run: RunProfile) => number,
): Map<string, Calls> {
  const found = new Map<string, { name: NameProfile; counts: number[]; calls: number[] }>();
  for (const run of runs) {
    const units = unitsOf(run);
    if (units === 0) continue;
    for (const name of run.names) {
      const key = keyText(name);
      const one = found.get(key) ?? { name, counts: [], calls: [] };
      one.counts.push(name.count);
      one.calls.push(name.count / units);
      found.set(key, one);
    }
  }
  return new Map(
    [...found].map(([key, { name, counts, calls }]) => [key, {
      name,
      count: counts.reduce((sum, count) => sum + count, 0),
      calls: median(calls),
    }]),
  );
}

function servedBy({ names }: RunProfile): number {
  return names.reduce((sum, name) => isServed(name) ? sum + name.count : sum, 0);
}

function rootsOf({ names }: RunProfile): number {
  return names.reduce((sum, { roots }) => sum + roots, 0);
}

function isServed({ scope, kind }: NameProfile): boolean {
  return scope === "http.server" || kind === "server";
}
