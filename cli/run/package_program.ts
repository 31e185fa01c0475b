/**
 * `ferret run npm:<package>`: which file of a package is its program.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../errors.ts";
import { foldersUpwards } from "./choose_runtime.ts";

/** What follows `npm:`. */
export interface PackageProgram {
  name: string;
  /** As asked for; absent: any. */
  version: string | undefined;
  /** Name of the program, for a package that has several. */
  program: string | undefined;
}

interface Manifest {
  version?: string;
  bin?: string | Record<string, string>;
}

/**
 * Reads `npm:eslint`, `npm:@scope/tool@2.1/program`.
 *
 * @throws {UsageError} when it names no package.
 */
export function parsePackage(script: string): PackageProgram {
  const match = /^npm:\/?((?:@[^/@]+\/)?[^/@]+)(?:@([^/]+))?(?:\/(.+))?$/.exec(script);
  if (match === null) {
    throw new UsageError(`Cannot run "${script}": expected npm:<package>[@version][/program]`);
  }
  return { name: match[1]!, version: match[2], program: match[3] };
}

/**
 * The program of a package that is installed where `cwd` looks for packages.
 *
 * @returns Its path; undefined when the package, or the version asked for, is not installed.
 * @throws {UsageError} when the package has no such program.
 */
export function installedProgram(wanted: PackageProgram, cwd: string): string | undefined {
  for (const parent of foldersUpwards(cwd)) {
    const folder = join(parent, "node_modules", ...wanted.name.split("/"));
    const path = join(folder, "package.json");
    if (!existsSync(path)) continue;
    const { version, bin } = JSON.parse(readFileSync(path, "utf8")) as Manifest;
    if (wanted.version !== undefined && !isSame(version, wanted.version)) return undefined;
    return join(folder, programOf(bin, wanted));
  }
  return undefined;
}

/** `2` and `2.1` mean any 2.1.x that is installed; ranges are left to those who install. */
function isSame(installed: string | undefined, wanted: string): boolean {
  return installed === wanted || installed?.startsWith(`${wanted}.`) === true;
}

function programOf(bin: Manifest["bin"], { name, program }: PackageProgram): string {
  const shortName = name.slice(name.lastIndexOf("/") + 1);
  const programs = typeof bin === "string" ? { [shortName]: bin } : bin ?? {};
  const names = Object.keys(programs);
  const found = program ??
    (names.includes(shortName) || names.length !== 1 ? shortName : names[0]!);
  const file = programs[found];
  if (file !== undefined) return file;
  throw new UsageError(
    `Cannot run "npm:${name}": it has no program "${found}"`,
    names.length === 0 ? undefined : `It has ${names.join(", ")}: npm:${name}/${names[0]}`,
  );
}
