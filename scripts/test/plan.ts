/**
 * Chooses the test files of a run and the runtimes each is for.
 *
 * @module
 */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../root.ts";
import { findRuntime, type Runtime, type RuntimeName, RUNTIMES } from "../runtimes.ts";

/** One test file on one runtime. */
export interface TestRun {
  /** Path from the project's root, with slashes. */
  file: string;
  runtime: Runtime;
}

export interface PlanOptions {
  /** Empty: all three. */
  runtimes: readonly RuntimeName[];
  /** Files and folders below the project's root; empty: all tests. */
  paths: readonly string[];
}

/**
 * Tests of the project's tools, and those that start all three runtimes by
 * themselves: they run once, on Node, and first, being the longest.
 */
const ONCE_FOLDERS = [
  "tests/package/",
  "tests/programs/",
  "tests/concurrency/",
  "tests/harm/",
  "tests/scripts/",
  "tests/lint/",
  "tests/docs/",
  "tests/gate/",
  "tests/hooks/modules/",
  "tests/hostile/",
  "tests/recovery/",
  "tests/faults/",
  "tests/services/",
  "tests/browser/",
];

/**
 * Run only when they are asked for: tests that need what is not in the
 * repository, and those that take long by their nature.
 */
const ASKED_FOR = [
  "tests/faults/",
  "tests/services/",
  "tests/browser/",
  "tests/gate/shells_test.ts",
];

/**
 * What reads recordings and prints: the same code and the same DuckDB on each
 * runtime, and a third of the time of all tests. Unless Node is asked for, these
 * run on Deno and Bun; that they work on Node too is seen by the others of their
 * folders, which run on all three.
 */
const NOT_AGAIN_ON_NODE = [
  "tests/cli/render/",
  "tests/cli/check_test.ts",
  "tests/cli/completions_test.ts",
  "tests/cli/diff_test.ts",
  "tests/cli/export_test.ts",
  "tests/cli/import_test.ts",
  "tests/cli/init_test.ts",
  "tests/cli/query_test.ts",
  "tests/cli/report_views_test.ts",
  "tests/cli/report_html_test.ts",
  "tests/cli/runs_test.ts",
  "tests/analysis/",
  "tests/export/",
  "tests/report/",
  "tests/store/reader/span_views_test.ts",
  "tests/store/reader/trace_shape_test.ts",
  "tests/store/reader/bad_recording_test.ts",
  "tests/writer/trace_keeper_test.ts",
];

/** Lists what is to be run, in the order in which to start it. */
export function planTests(options: PlanOptions): TestRun[] {
  const files = options.paths.length === 0
    ? listTests("tests").filter((file) => !ASKED_FOR.some((folder) => file.startsWith(folder)))
    : options.paths.flatMap((path) => listTests(path.replace(/^\.?\/+|\/+$/g, "")));
  const wanted = options.runtimes.length === 0 ? RUNTIMES : options.runtimes;
  const runtimes = wanted.map(findRuntime);
  const once = files.filter(isOnce);
  const others = files.filter((file) => !isOnce(file));
  return [
    ...once.flatMap((file) => onRuntimes(file, runtimes.filter(({ name }) => name === "node"))),
    ...others.flatMap((file) => onRuntimes(file, runtimes))
      .filter(({ file, runtime }) => !isLeftToOthers(file, { runtime, options })),
  ];
}

function isOnce(file: string): boolean {
  return ONCE_FOLDERS.some((folder) => file.startsWith(folder));
}

function isLeftToOthers(
  file: string,
  { runtime, options }: { runtime: Runtime; options: PlanOptions },
): boolean {
  return runtime.name === "node" && options.runtimes.length === 0 && options.paths.length === 0 &&
    NOT_AGAIN_ON_NODE.some((path) => file.startsWith(path));
}

function onRuntimes(file: string, runtimes: Runtime[]): TestRun[] {
  return runtimes.map((runtime) => ({ file, runtime }));
}

function listTests(path: string): string[] {
  if (statSync(join(ROOT, path)).isFile()) return [path];
  return readdirSync(join(ROOT, path), { withFileTypes: true })
    .sort((a, b) => a.name < b.name ? -1 : 1)
    .flatMap((entry) => {
      const child = `${path}/${entry.name}`;
      if (entry.isDirectory()) {
        return entry.name === "fixtures" ? [] : listTests(child);
      }
      return entry.name.endsWith("_test.ts") ? [child] : [];
    });
}
