/**
 * Programs with ferret's preload and rings as `ferret run` makes them, but
 * started by the bench itself: without the start of ferret.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProgramConfig } from "../src/model/program_config.ts";
import type { Bench } from "./figure.ts";
import { programPath } from "./processes.ts";

type PreloadModule = typeof import("../cli/run/preload.ts");
type TransportModule = typeof import("../cli/run/open_transport.ts");
type NodeLaunchModule = typeof import("../cli/run/node_launch.ts");

const RING_BYTES = 16 * 1024 * 1024;

/** What is in a program besides itself. */
export interface PreloadedOptions {
  program: string;
  recordsFunctions: boolean;
  /** Names of hooks; empty: all. */
  hooks: string[];
}

/** A program that can be started once. */
export interface Preloaded {
  command: string[];
  /** Removes its rings. */
  remove(): void;
}

/** Prepares one start of a program. */
export async function preload(bench: Bench, options: PreloadedOptions): Promise<Preloaded> {
  const { writePreloads, preloadPaths } = await built<PreloadModule>(bench, "preload");
  const { openTransport } = await built<TransportModule>(bench, "open_transport");
  const { NODE_MARK } = await built<NodeLaunchModule>(bench, "node_launch");
  const { runtime } = bench;
  const transport = openTransport("mapped", {
    ringBytes: RING_BYTES,
    grows: false,
    hasMain: true,
    reserves: false,
  });
  const path = programPath(options.program);
  const config: ProgramConfig = {
    ...transport.config,
    runId: "bench",
    traceSeed: "0123456789abcdef",
    runtime: runtime.name,
    process: 0,
    thread: 0,
    overflow: "drop",
    minDurationNs: 0,
    functions: {
      enabled: options.recordsFunctions,
      root: dirname(path),
      include: [],
      exclude: [],
    },
    hooks: options.hooks,
    noHooks: [],
    revokeFfi: false,
    hiddenEnvironment: [],
    join: { ...transport.join, ...preloadPaths(transport.folder), environment: {} },
  };
  const { mainPath } = await writePreloads(transport.folder, { config, execArgv: [] });
  const words = {
    deno: [runtime.path, "run", `--preload=${mainPath}`, "--allow-all", "--no-check", path],
    bun: [runtime.path, `--preload=${mainPath}`, path],
    node: ["env", `${NODE_MARK}=1`, runtime.path, `--require=${mainPath}`, path],
  };
  return {
    command: words[runtime.name],
    remove: () => {
      transport.close();
      rmSync(transport.folder, { recursive: true, force: true });
    },
  };
}

/** A module of the package, as users have it. */
async function built<T>({ packageFolder }: Bench, name: string): Promise<T> {
  const path = join(packageFolder, "dist", "cli", "run", `${name}.js`);
  return await import(pathToFileURL(path).href) as T;
}
