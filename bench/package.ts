/**
 * The package as users have it, for measuring.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../scripts/root.ts";
import { projectEnvironment } from "../scripts/runtimes.ts";

/** Builds it away from its sources, below `folder`. @returns Its own folder. */
export function buildPackage(folder: string): string {
  const { status, stderr } = spawnSync("npm", ["run", "build"], {
    cwd: ROOT,
    env: projectEnvironment(),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`Cannot build ferret: ${stderr}`);
  const packageFolder = join(folder, "ferret");
  for (const name of ["package.json", "bin", "dist"]) {
    cpSync(join(ROOT, name), join(packageFolder, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules"), join(packageFolder, "node_modules"));
  return packageFolder;
}
