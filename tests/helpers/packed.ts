/**
 * The package as users get it: packed from a copy of the checkout, installed
 * from a registry into an empty folder.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ROOT, runProcess } from "./processes.ts";

export type PackageManager = "npm" | "deno" | "bun";

/** What is needed of package.json. */
export interface Manifest {
  name: string;
  version: string;
  [field: string]: unknown;
}

const INSTALL: Record<PackageManager, string[]> = {
  npm: ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "ferret"],
  deno: ["deno", "add", "npm:ferret"],
  bun: ["bun", "add", "ferret"],
};

/** package.json as a registry shows it. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest;
}

/** Packs what git knows of the checkout, without touching it. @returns Path of the tarball. */
export async function packCheckout(folder: string): Promise<string> {
  const copy = join(folder, "checkout");
  for (const path of listFiles()) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    copyFileSync(join(ROOT, path), join(copy, path));
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  const { exitCode, stderr } = await runProcess(
    ["npm", "pack", "--pack-destination", folder],
    { cwd: copy },
  );
  if (exitCode !== 0) throw new Error(`Cannot pack ferret: ${stderr}`);
  const { name, version } = readManifest();
  return join(folder, `${name}-${version}.tgz`);
}

function listFiles(): string[] {
  const { stdout } = spawnSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  // Deleted files are listed until the deletion is committed.
  return stdout.split("\0").filter((path) => path !== "" && isFile(join(ROOT, path)));
}

function isFile(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Installs ferret from a registry into a new folder. */
export async function installFerret(
  manager: PackageManager,
  folder: string,
  registryUrl: string,
): Promise<void> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  writeFileSync(join(folder, ".npmrc"), `registry=${registryUrl}\n`);
  // A cached answer of another registry about "ferret" must not win.
  const env = {
    BUN_INSTALL_CACHE_DIR: join(folder, ".bun-cache"),
    // As npm does: what the machine trusts is trusted.
    DENO_TLS_CA_STORE: "system,mozilla",
  };
  const { exitCode, stdout, stderr } = await runProcess(INSTALL[manager], { cwd: folder, env });
  if (exitCode !== 0) throw new Error(`Cannot install with ${manager}: ${stdout}${stderr}`);
}
