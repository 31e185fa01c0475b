/**
 * What two sides of a comparison should have in common and do not. That the
 * commit is another is the point of comparing, and no difference.
 *
 * @module
 */
import type { RunOrigin } from "../../model/run_profile.ts";

/** Values of a side that are listed. */
const MAX_LISTED = 3;

/** Each as a sentence without a full stop: `another host: runner-1 and runner-2`. */
export function originDifferences(
  base: readonly RunOrigin[],
  head: readonly RunOrigin[],
): string[] {
  if (base.length === 0 || head.length === 0) return [];
  return TRAITS.flatMap(({ name, of }) => {
    const bases = valuesOf(base, of);
    const heads = valuesOf(head, of);
    if (bases.length === heads.length && bases.every((value) => heads.includes(value))) return [];
    return [`another ${name}: ${list(bases)} and ${list(heads)}`];
  });
}

interface Trait {
  name: string;
  of: (origin: RunOrigin) => string;
}

const UNKNOWN = "not known";

const TRAITS: readonly Trait[] = [
  { name: "host", of: ({ host }) => host || UNKNOWN },
  { name: "operating system", of: ({ os }) => os || UNKNOWN },
  { name: "number of CPUs", of: ({ cpuCount }) => String(cpuCount ?? UNKNOWN) },
  { name: "runtime", of: ({ runtime, runtimeVersion }) => `${runtime} ${runtimeVersion}`.trim() },
  { name: "command", of: ({ command }) => command },
  { name: "list of arguments", of: ({ args }) => args.length === 0 ? "none" : args.join(" ") },
  { name: "version of ferret", of: ({ ferretVersion }) => ferretVersion },
];

function valuesOf(origins: readonly RunOrigin[], of: (origin: RunOrigin) => string): string[] {
  return [...new Set(origins.map(of))].sort();
}

function list(values: readonly string[]): string {
  if (values.length <= MAX_LISTED) return values.join(", ");
  return `${values.slice(0, MAX_LISTED).join(", ")} and ${values.length - MAX_LISTED} more`;
}
