/**
 * Which runtime a script is for, when `--runtime` does not say it.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { runtimeName } from "../../src/runtime/self.ts";

/** Files that tell whose project a folder is, in the order in which they are asked. */
const MARKERS: readonly [file: string, runtime: RuntimeName][] = [
  ["deno.json", "deno"],
  ["deno.jsonc", "deno"],
  ["bun.lock", "bun"],
  ["bun.lockb", "bun"],
  ["bunfig.toml", "bun"],
];

/**
 * The runtime of the nearest folder, from the script's upwards, that has a
 * marker; without one the runtime that ferret itself runs on.
 */
export function chooseRuntime(script: string, cwd: string): RuntimeName {
  for (const folder of foldersUpwards(dirname(resolve(cwd, script)))) {
    const marker = MARKERS.find(([file]) => existsSync(join(folder, file)));
    if (marker !== undefined) return marker[1];
  }
  return runtimeName();
}

/** The folder and all that it lies in, the nearest first. */
export function foldersUpwards(folder: string): string[] {
  const folders = [folder];
  for (let parent = dirname(folder); parent !== folder; parent = dirname(folder)) {
    folders.push(parent);
    folder = parent;
  }
  return folders;
}
