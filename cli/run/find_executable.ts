/**
 * Finds programs as a shell would, with the project's own `node_modules/.bin`
 * before the PATH.
 *
 * @module
 */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import process from "node:process";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { foldersUpwards } from "./choose_runtime.ts";

/** Where a runtime is: pinned by the project, the one ferret runs on, or on the PATH. */
export function findRuntime(runtime: RuntimeName, cwd: string): string | undefined {
  const folders = foldersUpwards(cwd).map((folder) => join(folder, "node_modules", ".bin"));
  const pinned = firstExecutable(folders, runtimeFile(runtime, process.platform));
  if (pinned !== undefined) return pinned;
  if (runtimeName() === runtime) return process.execPath;
  return findOnPath(runtimeFile(runtime, process.platform), cwd);
}

/** What a command name stands for: a path when it has a separator, else a file on the PATH. */
export function findOnPath(command: string, cwd: string): string | undefined {
  if (command.includes("/") || (process.platform === "win32" && command.includes("\\"))) {
    return firstExecutable([cwd], command);
  }
  return firstExecutable(pathFolders(cwd), command);
}

/** The folders of the PATH. */
export function pathFolders(cwd: string): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => resolve(cwd, folder));
}

/** The executables of a runtime in these folders, in their order. */
export function findAllExecutables(folders: readonly string[], runtime: RuntimeName): string[] {
  const file = runtimeFile(runtime, process.platform);
  return folders.flatMap((folder) => firstExecutable([folder], file) ?? []);
}

/** On Windows, what npm puts beside it are scripts for shells: not to be started without one. */
export function runtimeFile(runtime: RuntimeName, platform: string): string {
  return platform === "win32" ? `${runtime}.exe` : runtime;
}

function firstExecutable(folders: readonly string[], name: string): string | undefined {
  for (const folder of folders) {
    for (const file of executableNames(name, process.platform, process.env["PATHEXT"])) {
      const path = resolve(folder, file);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

/**
 * Files that a command may be. Windows knows programs by their extension, which
 * people leave out; a file without one is no program there. Untested there.
 */
export function executableNames(
  name: string,
  platform: string,
  pathExtensions = ".COM;.EXE;.BAT;.CMD",
): string[] {
  if (platform !== "win32") return [name];
  const extensions = pathExtensions.split(";").filter((extension) => extension !== "");
  const hasOne = extensions.some((extension) =>
    name.toLowerCase().endsWith(extension.toLowerCase())
  );
  return hasOne ? [name] : extensions.map((extension) => name + extension);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
