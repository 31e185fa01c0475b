/**
 * Finds the three runtimes that the project is tested and measured on. They
 * come from npm, at the versions of package.json; what is on PATH is second.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { ROOT } from "./root.ts";

export type RuntimeName = "deno" | "bun" | "node";

export const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];

export interface Runtime {
  name: RuntimeName;
  /** Absolute path of the executable. */
  path: string;
  version: string;
}

const INSTALL_HINT = "run `npm ci`, and `npm rebuild` where npm may not run install scripts";

/**
 * Finds one runtime.
 *
 * @throws {Error} when it is not installed.
 */
export function findRuntime(name: RuntimeName): Runtime {
  const folders = [
    join(ROOT, "node_modules", ".bin"),
    ...(process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== ""),
  ];
  for (const folder of folders) {
    const path = join(folder, process.platform === "win32" ? `${name}.exe` : name);
    const version = isExecutable(path) ? readVersion(path) : undefined;
    if (version === undefined) continue;
    if (name !== "node" || Number(version.split(".")[0]) >= 24) return { name, path, version };
  }
  throw new Error(`Cannot find ${name === "node" ? "node 24" : name}: ${INSTALL_HINT}`);
}

/** The environment in which commands find the project's own runtimes first. */
export function projectEnvironment(): Record<string, string | undefined> {
  const PATH = [join(ROOT, "node_modules", ".bin"), process.env.PATH].join(delimiter);
  return { ...process.env, PATH, NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1" };
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function readVersion(path: string): string | undefined {
  const { status, stdout } = spawnSync(path, ["--version"], { encoding: "utf8" });
  return status === 0 ? /\d+\.\d+\.\d+[^\s]*/.exec(stdout)?.[0] : undefined;
}
