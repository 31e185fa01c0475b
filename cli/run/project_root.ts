/**
 * The folder whose files are the user's own: functions in it are recorded,
 * except in its node_modules.
 *
 * @module
 */
import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { foldersUpwards } from "./choose_runtime.ts";
import { isRemote } from "./launch.ts";

const PROJECT_FILES = ["deno.json", "deno.jsonc", "package.json"];

/**
 * The working tree of the script; without one the outermost folder with a
 * project file, the current folder, or the folder of the script.
 */
export function projectRoot(
  script: string | undefined,
  options: { cwd: string; runtime: RuntimeName },
): string {
  const { cwd, runtime } = options;
  const folder = script === undefined || isRemote(script)
    ? cwd
    : dirname(resolve(cwd, pathOf(script)));
  const folders = foldersUpwards(folder);
  const root = folders.find((parent) => existsSync(join(parent, ".git"))) ??
    folders.findLast((parent) => PROJECT_FILES.some((file) => existsSync(join(parent, file)))) ??
    (isWithin(folder, cwd) ? cwd : folder);
  // Bun names modules by their real paths, Deno by the path they were asked for.
  return runtime === "deno" ? root : realpathSync(root);
}

function pathOf(script: string): string {
  return script.startsWith("file:") ? fileURLToPath(script) : script;
}

function isWithin(folder: string, parent: string): boolean {
  const path = relative(parent, folder);
  return path !== ".." && !path.startsWith("../") && !path.startsWith("..\\");
}
