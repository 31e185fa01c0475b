/**
 * Where baselines are: in `.ferret/baselines` of the project, a file each.
 * Their names come from users and from branches, and never lead out of there.
 *
 * @module
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const FOLDER = join(".ferret", "baselines");
const EXTENSION = ".json";

/** Files that the root of a project has. */
const PROJECT_FILES = ["deno.json", "deno.jsonc", "package.json"];

const MAX_NAME_LENGTH = 100;

/** What a name is made of on every system. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._+@-]*$/;

/** What would be taken for a recording, or for a file. */
const FILE = /\.(?:duckdb|parquet|json)$|\.$/i;

/** What Windows keeps for its devices. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Whether a baseline can be called so. */
export function isBaselineName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && NAME.test(name) && !FILE.test(name) &&
    !DEVICE.test(name);
}

/** A text, such as the name of a branch, as a name; `undefined` when nothing is left of it. */
export function toBaselineName(text: string): string | undefined {
  const name = text.replace(/[^A-Za-z0-9._+@-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, MAX_NAME_LENGTH).replace(/[^A-Za-z0-9]+$/, "");
  return isBaselineName(name) ? name : undefined;
}

/** The folder of baselines that is nearest above `cwd`, `undefined` when there is none. */
export function findBaselineFolder(cwd: string): string | undefined {
  return foldersOfProject(cwd).map((folder) => join(folder, FOLDER))
    .find((folder) => statSync(folder, { throwIfNoEntry: false })?.isDirectory());
}

/** Where baselines are saved: where they are, or else in the nearest project above `cwd`. */
export function baselineFolderFor(cwd: string): string {
  const found = findBaselineFolder(cwd);
  return found ?? join(foldersOfProject(cwd).find(isProject) ?? cwd, FOLDER);
}

/** Path of a baseline in its folder. */
export function baselinePath(folder: string, name: string): string {
  return join(folder, `${name}${EXTENSION}`);
}

/** Names of the baselines in a folder, in their order. */
export function listBaselines(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && entry.name.endsWith(EXTENSION))
    .map((entry) => entry.name.slice(0, -EXTENSION.length))
    .filter(isBaselineName)
    .sort();
}

/**
 * The folder and those that it lies in, up to the working tree's, or else to the
 * outermost project: what lies above is somebody else's.
 */
function foldersOfProject(cwd: string): string[] {
  const folders = [cwd];
  while (dirname(folders.at(-1)!) !== folders.at(-1)) folders.push(dirname(folders.at(-1)!));
  const tree = folders.findIndex((folder) => existsSync(join(folder, ".git")));
  const root = tree >= 0 ? tree : folders.findLastIndex(isProject);
  return folders.slice(0, Math.max(0, root) + 1);
}

function isProject(folder: string): boolean {
  return existsSync(join(folder, ".git")) ||
    PROJECT_FILES.some((file) => existsSync(join(folder, file)));
}
