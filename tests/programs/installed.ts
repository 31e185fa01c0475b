/**
 * Programs from npm for the tests here, in a folder of the temporary folder
 * that is named after the lock file: installed once, and again when it changes.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runProcess } from "../helpers/processes.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Returns the folder with `node_modules` and with the apps of this folder. */
export async function installPrograms(): Promise<string> {
  const folder = await installPackages(HERE);
  cpSync(join(HERE, "apps"), join(folder, "apps"), { recursive: true });
  return folder;
}

/** Returns the folder with the `node_modules` that the lock file in `home` describes. */
export async function installPackages(home: string): Promise<string> {
  const hash = createHash("sha256");
  hash.update(readFileSync(join(home, "package-lock.json")));
  const folder = join(
    tmpdir(),
    `ferret-programs-${hash.digest("hex").slice(0, 16)}`,
  );
  if (!existsSync(folder)) await install(folder, home);
  return folder;
}

async function install(folder: string, home: string): Promise<void> {
  const growing = mkdtempSync(`${folder}-`);
  for (const name of ["package.json", "package-lock.json"]) {
    cpSync(join(home, name), join(growing, name));
  }
  const flags = [
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    "--loglevel=error",
  ];
  const { exitCode, stderr } = await runProcess(["npm", "ci", ...flags], {
    cwd: growing,
  });
  if (exitCode !== 0) {
    throw new Error(`Cannot install the programs: npm says "${stderr.trim()}"`);
  }
  try {
    renameSync(growing, folder);
  } catch {
    // Somebody else was quicker.
    rmSync(growing, { recursive: true, force: true });
  }
}
