/**
 * What `ferret doctor` finds out, as data.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import process from "node:process";
import { HOOK_CATALOG } from "../../src/hooks/catalog.ts";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { FERRET_VERSION } from "../../src/model/version.ts";
import { chooseRuntime } from "../run/choose_runtime.ts";
import { projectRoot } from "../run/project_root.ts";
import { countOwnFiles, type OwnFiles } from "./functions.ts";
import { findPackages, type FoundPackage } from "./packages.ts";
import { findRuntimes, type FoundRuntime } from "./runtimes.ts";
import { lookAtSharedMemory, type SharedMemory } from "./shared_memory.ts";

/** Whether a hook works under a runtime, and why not or under what condition. */
export interface HookVerdict {
  works: boolean;
  reason: string | undefined;
}

/** One hook under each runtime. */
export interface ExaminedHook {
  name: string;
  observes: string;
  runtimes: Record<RuntimeName, HookVerdict>;
}

/** Everything that `ferret doctor` says. */
export interface Examination {
  ferretVersion: string;
  platform: string;
  script: string | undefined;
  /** The runtime that `ferret run` would choose. */
  chosen: RuntimeName;
  runtimes: FoundRuntime[];
  sharedMemory: SharedMemory;
  hooks: ExaminedHook[];
  packages: FoundPackage[];
  functions: OwnFiles;
}

/** Examines what a run of `script`, or of something in `cwd`, would meet. Runs nothing of it. */
export function examine(
  script: string | undefined,
  options: { cwd: string; runtime?: RuntimeName | undefined },
): Examination {
  const { cwd } = options;
  const chosen = options.runtime ?? chooseRuntime(script ?? "main", cwd);
  const packages = findPackages(script === undefined ? cwd : dirname(resolve(cwd, script)));
  return {
    ferretVersion: FERRET_VERSION,
    platform: `${process.platform} ${process.arch}`,
    script,
    chosen,
    runtimes: findRuntimes(cwd),
    sharedMemory: lookAtSharedMemory(),
    hooks: HOOK_CATALOG.map(({ name, observes, runtimes, needs }) => ({
      name,
      observes,
      runtimes: {
        deno: verdict(runtimes, needs, "deno"),
        bun: verdict(runtimes, needs, "bun"),
        node: verdict(runtimes, needs, "node"),
      },
    })),
    packages,
    functions: countOwnFiles(projectRoot(script, { cwd, runtime: chosen })),
  };
}

function verdict(
  runtimes: readonly RuntimeName[],
  needs: Partial<Record<RuntimeName, string>> | undefined,
  runtime: RuntimeName,
): HookVerdict {
  if (runtimes.includes(runtime)) return { works: true, reason: needs?.[runtime] };
  return { works: false, reason: needs?.[runtime] ?? `only on ${runtimes.join(" and ")}` };
}
