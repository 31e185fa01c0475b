/**
 * A run whose ferret is killed while its program goes on.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { privateFolders } from "../../src/runtime/private_folder.ts";
import { processIdentity } from "../../src/runtime/process_identity.ts";
import { withRingFolder } from "./own_ring_folder.ts";
import { ferretCommand, ROOT, testEnvironment, withFolder } from "./processes.ts";

const FIXTURES = pathToFileURL(join(ROOT, "tests/recovery/fixtures/"));
const TIMEOUT_MS = 60_000;

export interface CutOffOptions {
  runtime: RuntimeName;
  /** The recording. Default `out.duckdb` in the folder. */
  out?: string;
  /** Where ferret is killed by itself; by default it is killed once all is recorded. */
  failPoint?: string;
  /** Spans before and after ferret's death. */
  first?: number;
  last?: number;
  hasWorker?: boolean;
  /** Options of `ferret run`. */
  flags?: string[];
}

/** A program that has lost its ferret. */
export interface CutOffRun {
  pid: number;
  /** The run's private folder. */
  home: string;
  /** Lets the program make the rest of its spans. @returns How many it has made when it has ended. */
  end(): Promise<number>;
}

/** Calls `use` with a new folder, where no other ferret recovers what is killed in it. */
export function withCutOffRuns(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  return withRingFolder(() => withFolder(files, use));
}

/** Starts a run in `folder` and kills its ferret. */
export async function cutOffRun(folder: string, options: CutOffOptions): Promise<CutOffRun> {
  const { runtime, failPoint, first = 1_000, last = 100, flags = [] } = options;
  const line = ferretCommand([
    ...["run", "--quiet", "--no-functions", "--hook", "worker", "--runtime", runtime],
    ...["-o", options.out ?? join(folder, "out.duckdb"), ...flags],
    ...runtime === "deno" ? ["-A"] : [],
    join(ROOT, "tests/recovery/fixtures/program.mjs"),
    ...[folder, String(first), String(last), pathToFileURL(join(ROOT, "mod.ts")).href],
    ...options.hasWorker === true ? [new URL("worker.mjs", FIXTURES + "/").href] : [],
  ], runtime);
  const ferret = spawn(line[0]!, line.slice(1), {
    cwd: folder,
    stdio: "ignore",
    env: { ...testEnvironment(), FERRET_FAIL_POINT: failPoint ?? "" },
  });
  const died = new Promise((resolve) => ferret.on("exit", resolve));
  await waitFor(() => existsSync(join(folder, "recorded")));
  const pid = Number(readFileSync(join(folder, "recorded"), "utf8"));
  if (failPoint === undefined) ferret.kill("SIGKILL");
  await died;
  const home = privateFolders().find((path) => path.includes(`ferret-${ferret.pid}-`))!;
  return {
    pid,
    home,
    end: async () => {
      writeFileSync(join(folder, "end"), "");
      await waitFor(() => processIdentity(pid) === undefined);
      return Number(readFileSync(join(folder, "made"), "utf8"));
    },
  };
}

/** Permission bits of a folder and of all that is in it. */
export function modesOf(folder: string): number[] {
  const paths = [folder, ...readdirSync(folder).map((name) => join(folder, name))];
  return paths.map((path) => lstatSync(path).mode & 0o777);
}

async function waitFor(isThere: () => boolean): Promise<void> {
  const end = performance.now() + TIMEOUT_MS;
  while (!isThere()) {
    if (performance.now() > end) throw new Error("Cannot wait any longer");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
