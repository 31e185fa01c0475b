/**
 * Programs from npm for the tests here, in a folder of the temporary folder
 * that is named after the lock file: installed once, and again when it changes.
 *
 * @module
 */
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runProcess } from "../helpers/processes.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Returns the folder with `node_modules` and with the apps of this folder. */
export async function installPrograms(): Promise<string> {
  const folder = await installPackages(HERE);
  copyChanged(join(HERE, "apps"), join(folder, "apps"));
  return folder;
}

/** Other tests may be running these programs: each file is replaced at once, if it must be. */
function copyChanged(from: string, to: string): void {
  if (statSync(from).isDirectory()) {
    mkdirSync(to, { recursive: true });
    for (const name of readdirSync(from)) {
      copyChanged(join(from, name), join(to, name));
    }
    return;
  }
  const content = readFileSync(from);
  if (existsSync(to) && readFileSync(to).equals(content)) return;
  const growing = `${to}.${process.pid}`;
  writeFileSync(growing, content);
  renameSync(growing, to);
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
