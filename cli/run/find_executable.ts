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
  const pinned = firstExecutable(folders, runtime);
  if (pinned !== undefined) return pinned;
  return runtimeName() === runtime ? process.execPath : findOnPath(runtime, cwd);
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

/** The executables called `name` in these folders, in their order. */
export function findAllExecutables(folders: readonly string[], name: string): string[] {
  return folders.flatMap((folder) => firstExecutable([folder], name) ?? []);
}

function firstExecutable(folders: readonly string[], name: string): string | undefined {
  for (const folder of folders) {
    for (const extension of executableExtensions()) {
      const path = resolve(folder, name + extension);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

/** Windows names programs by their extension; untested there. */
function executableExtensions(): string[] {
  if (process.platform !== "win32") return [""];
  return ["", ...(process.env["PATHEXT"] ?? ".EXE;.CMD").split(";")];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
