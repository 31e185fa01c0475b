/**
 * `deno run --check` with a preload checks the preload instead of the program
 * (2.9), so the program is checked first, by a command of its own.
 *
 * @module
 */
import type { RuntimeFlag } from "./runtime_flags.ts";

/** The flags of `deno run` that `deno check` has too and that change what is checked. */
const SHARED_FLAGS = new Set([
  "allow-import",
  "cached-only",
  "cert",
  "conditions",
  "config",
  "deny-import",
  "frozen",
  "frozen-lockfile",
  "import-map",
  "lock",
  "min-dep-age",
  "no-config",
  "no-lock",
  "no-npm",
  "no-remote",
  "node-modules-dir",
  "node-modules-linker",
  "quiet",
  "reload",
  "unsafely-ignore-certificate-errors",
  "vendor",
]);

/** Arguments of the `deno check` that stands for `--check`, or undefined when it is not wanted. */
export function checkArguments(
  flags: readonly RuntimeFlag[],
  script: string | undefined,
): string[] | undefined {
  const check = flags.find(({ name }) => name === "check");
  if (check === undefined || script === undefined) return undefined;
  const shared = flags.filter(({ name }) => SHARED_FLAGS.has(name) || name.startsWith("unstable-"));
  const words = shared.map(({ name, value }) =>
    `--${name}${value === undefined ? "" : `=${value}`}`
  );
  return ["check", ...(check.value === "all" ? ["--all"] : []), ...words, script];
}

/** Whether a word is the flag itself, to be left out of `deno run`. */
export function isCheckFlag(word: string): boolean {
  return word === "--check" || word.startsWith("--check=");
}
