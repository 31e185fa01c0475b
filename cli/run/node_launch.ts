/**
 * How a Node program is started: with a Node that is new enough, the preload
 * as its first `--require`, and shared memory if the optional package koffi is
 * there to map it.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { isKoffiInstalled } from "../../src/runtime/can_map_files.ts";
import { runtimeName, runtimeVersion } from "../../src/runtime/self.ts";
import { UsageError } from "../errors.ts";
import { foldersUpwards } from "./choose_runtime.ts";
import { findAllExecutables, pathFolders } from "./find_executable.ts";
import type { LaunchPlan } from "./launch.ts";
import { scanFlags } from "./scan_flags.ts";

/** From here on Node has module hooks that run in the thread of the program. */
const OLDEST_NODE = [22, 15];

/**
 * Tells the process that ferret started from those that get the preload from
 * it: workers, `node --watch`, `node --test`. The preload takes it away.
 */
export const NODE_MARK = "FERRET_STARTED";

/** A Node that can be recorded. */
export interface FoundNode {
  executable: string;
  /** About those that were passed over. */
  note: string | undefined;
}

/** The first Node, the project's own before those on the PATH, that is new enough. */
export function requireNode(cwd: string): FoundNode {
  const pinned = foldersUpwards(cwd).map((folder) => join(folder, "node_modules", ".bin"));
  const own = runtimeName() === "node" ? [process.execPath] : [];
  const found = [
    ...findAllExecutables(pinned, "node"),
    ...own,
    ...findAllExecutables(pathFolders(cwd), "node"),
  ];
  return firstNewEnough(found);
}

/** The Node of a command that names one by its path. */
export function requireThisNode(executable: string): FoundNode {
  return firstNewEnough([executable]);
}

/** The first that is new enough. @throws {UsageError} when none is. */
export function firstNewEnough(executables: readonly string[]): FoundNode {
  let passed: string | undefined;
  for (const executable of new Set(executables)) {
    const version = versionOf(executable);
    if (version !== undefined && isNewEnough(version)) {
      const note = passed && `${passed} is too old to be recorded: this is ${version}`;
      return { executable, note };
    }
    passed ??= `${version ?? "what"} in ${executable}`;
  }
  const hint = "npm install -D node@24 installs one for this project";
  if (passed === undefined) {
    throw new UsageError(
      'Cannot run under node: no "node" in node_modules/.bin or on the PATH',
      hint,
    );
  }
  throw new UsageError(
    `Cannot run under node: ${passed} is too old, ${OLDEST_NODE.join(".")} is needed`,
    `${hint}; --runtime deno and --runtime bun run it there`,
  );
}

function versionOf(executable: string): string | undefined {
  if (runtimeName() === "node" && executable === process.execPath) return runtimeVersion();
  try {
    const options = { encoding: "utf8", timeout: 5_000, env: withoutNodeOptions() } as const;
    return /^v(\d+\.\d+\.\d+\S*)/.exec(execFileSync(executable, ["--version"], options))?.[1];
  } catch {
    return undefined;
  }
}

/** The user's preloads are for the program. */
function withoutNodeOptions(): Record<string, string | undefined> {
  const { NODE_OPTIONS: _, ...environment } = process.env;
  return environment;
}

function isNewEnough(version: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  return major! > oldestMajor! || major === oldestMajor && minor! >= oldestMinor!;
}

/** Plans a Node program: `words` is the whole command line after `node`. */
export function planNode(
  { executable, note }: FoundNode,
  words: readonly string[],
  options: { script: string | undefined },
): LaunchPlan {
  const { flags } = scanFlags("node", words);
  const has = (name: string) => flags.some((flag) => flag.name === name);
  const isLimited = has("permission");
  const mayMap = !isLimited || has("allow-addons");
  return {
    runtime: "node",
    executable,
    script: options.script,
    hasMain: true,
    transport: mayMap && isKoffiInstalled() ? "mapped" : "pipe",
    revokesFfi: false,
    environment: { [NODE_MARK]: "1" },
    execArgv: [],
    checkArguments: undefined,
    notes: note === undefined ? [] : [note],
    argumentsWith: (preload) => [
      `--require=${preload}`,
      // What the program may read would else keep it from starting.
      ...isLimited ? [`--allow-fs-read=${ownRoot()}/*`, `--allow-fs-read=${preload}`] : [],
      ...words,
    ],
  };
}

function ownRoot(): string {
  return fileURLToPath(new URL("../../", import.meta.url)).replace(/\/$/, "");
}
