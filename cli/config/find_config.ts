/**
 * Where the settings of a project are: in one place, from the current folder
 * upwards to the project's root, the nearest folder first.
 *
 * `ferret run` looks before every program that it starts, so nothing is loaded
 * here that is not needed.
 *
 * @module
 */
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import process from "node:process";
import { UsageError } from "../errors.ts";
import { foldersUpwards } from "../run/choose_runtime.ts";
import { projectRoot } from "../run/project_root.ts";
import { shownPath } from "../shown_path.ts";

/** A file that has settings. */
export type ConfigSource =
  /** JSON, with comments or without. */
  | { kind: "json"; path: string; text: string; key: "ferret" | undefined }
  | { kind: "module"; path: string };

/** Files that hold nothing else. */
const JSON_FILES = ["ferret.json", "ferret.jsonc"];
const MODULE_FILES = [
  "ferret.config.ts",
  "ferret.config.mts",
  "ferret.config.js",
  "ferret.config.mjs",
];
/** Files of others, with settings under a key. */
const PROJECT_FILES = ["deno.json", "deno.jsonc", "package.json"];
const KEY = "ferret";

/** The variable that says which file to read; `none`: none. */
export const CONFIG_VARIABLE = "FERRET_CONFIG";
const NO_CONFIG = "none";

/** Larger is no configuration. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Everybody may write. */
const WORLD_WRITABLE = 0o002;

/**
 * Where the settings are that hold in a folder: in the file that is named, else
 * by the variable FERRET_CONFIG, else in the nearest.
 *
 * @param file What `--config` names; `false`: none.
 * @returns `undefined` when there are none.
 * @throws {UsageError}
 */
export async function sourceFor(
  cwd: string,
  file?: string | boolean,
): Promise<ConfigSource | undefined> {
  if (file === false) return undefined;
  if (typeof file === "string") return namedConfig(resolve(cwd, file));
  const named = process.env[CONFIG_VARIABLE];
  if (named === NO_CONFIG) return undefined;
  return named ? namedConfig(resolve(cwd, named)) : await findConfig(cwd);
}

/**
 * Finds the settings of the project that `cwd` is in.
 *
 * @returns `undefined` when it has none.
 * @throws {UsageError} when one folder has several, or one cannot be read.
 */
async function findConfig(cwd: string): Promise<ConfigSource | undefined> {
  const folders = foldersUpwards(cwd);
  const root = folders.indexOf(projectRoot(undefined, { cwd, runtime: "deno" }));
  for (const folder of folders.slice(0, Math.max(root, 0) + 1)) {
    // What anybody could have put there is not believed, as in /tmp.
    if (folder !== cwd && isWorldWritable(folder)) return undefined;
    const sources = await sourcesOf(folder);
    if (sources.length > 1) {
      const [first, second] = sources.map(({ path }) => basename(path));
      throw new UsageError(
        `Cannot choose between ${first} and ${second} in "${folder}": both have settings of ferret`,
        "Keep one of them",
      );
    }
    if (sources.length === 1) return sources[0];
  }
  return undefined;
}

/** Reads the file that a user has named. @throws {UsageError} */
function namedConfig(path: string): ConfigSource {
  if (!isFile(path)) {
    throw new UsageError(`Cannot read "${shownPath(path)}": there is no such file`);
  }
  if (/\.[cm]?[jt]s$/.test(path)) return { kind: "module", path };
  const key = PROJECT_FILES.includes(basename(path)) ? KEY : undefined;
  return { kind: "json", path, text: readText(path), key };
}

async function sourcesOf(folder: string): Promise<ConfigSource[]> {
  const sources: ConfigSource[] = [];
  for (const file of JSON_FILES) {
    const path = join(folder, file);
    if (isFile(path)) sources.push({ kind: "json", path, text: readText(path), key: undefined });
  }
  for (const file of MODULE_FILES) {
    const path = join(folder, file);
    if (isFile(path)) sources.push({ kind: "module", path });
  }
  for (const file of PROJECT_FILES) {
    const path = join(folder, file);
    if (!isFile(path)) continue;
    const text = readText(path);
    if (await hasKey(text)) sources.push({ kind: "json", path, text, key: KEY });
  }
  return sources;
}

/** Whether the text is that of an object with the key, dependencies of this name aside. */
async function hasKey(text: string): Promise<boolean> {
  if (!text.includes(`"${KEY}"`)) return false;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && Object.hasOwn(value, KEY);
  } catch {
    // It has comments, or is broken: that is for others to say.
    const { hasMember } = await import("./json_text.ts");
    return hasMember(text, KEY);
  }
}

function readText(path: string): string {
  try {
    if (statSync(path).size > MAX_BYTES) throw new Error("it is larger than 16 MiB");
    return readFileSync(path, "utf8").replace(/^\ufeff/, "");
  } catch (error) {
    throw new UsageError(`Cannot read "${shownPath(path)}": ${(error as Error).message}`);
  }
}

function isFile(path: string): boolean {
  try {
    // Deno asks several times as long for the status of what is not there.
    return existsSync(path) && statSync(path).isFile();
  } catch {
    return false; // What nobody may look at has no settings.
  }
}

function isWorldWritable(folder: string): boolean {
  if (process.platform === "win32") return false;
  const status = statSync(folder, { throwIfNoEntry: false });
  return status === undefined || (status.mode & WORLD_WRITABLE) !== 0;
}
