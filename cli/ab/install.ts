/**
 * What makes a commit that was just checked out ready to run: the packages that
 * it depends on are not part of it.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { startingEnvironment } from "../../src/runtime/environment.ts";
import { withOuterUmask } from "../../src/runtime/private_umask.ts";
import { UsageError } from "../errors.ts";
import { OutputTail } from "./output_tail.ts";
import type { RunningCommands } from "./running_commands.ts";

/** Lockfiles, and what installs exactly what they say. */
const INSTALLERS: readonly (readonly [lockfile: string, command: string])[] = [
  ["package-lock.json", "npm ci"],
  ["npm-shrinkwrap.json", "npm ci"],
  ["bun.lock", "bun install --frozen-lockfile"],
  ["bun.lockb", "bun install --frozen-lockfile"],
  ["pnpm-lock.yaml", "pnpm install --frozen-lockfile"],
  ["yarn.lock", "yarn install --frozen-lockfile"],
  ["deno.lock", "deno install"],
];

const DEPENDENCIES = ["dependencies", "devDependencies", "optionalDependencies"];

/** A shell command and where it is run. */
export interface Installation {
  command: string;
  cwd: string;
}

/**
 * What a project needs, by the nearest package.json from `cwd` up to `root`:
 * nothing unless it depends on packages. Deno alone fetches what it needs when
 * it runs.
 */
export function findInstallation(cwd: string, root: string): Installation | undefined {
  for (let folder = cwd;; folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) {
      if (!dependsOnPackages(join(folder, "package.json"))) return undefined;
      return installerIn(folder, root) ?? { command: "npm install", cwd: folder };
    }
    if (folder === root || folder === dirname(folder)) return undefined;
  }
}

/** In a workspace the lockfile is further up. */
function installerIn(from: string, root: string): Installation | undefined {
  for (let folder = from;; folder = dirname(folder)) {
    const found = INSTALLERS.find(([lockfile]) => existsSync(join(folder, lockfile)));
    if (found !== undefined) return { command: found[1], cwd: folder };
    if (folder === root || folder === dirname(folder)) return undefined;
  }
}

function dependsOnPackages(path: string): boolean {
  try {
    const manifest = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
    return DEPENDENCIES.some((key) => Object.keys(manifest[key] ?? {}).length > 0) ||
      manifest["workspaces"] !== undefined;
  } catch {
    // Whoever installs says what is wrong with it.
    return true;
  }
}

/**
 * Installs.
 *
 * @param commands Knows what runs, for those who want to end it.
 * @throws {UsageError} with the last lines of the output when it fails.
 */
export async function install(
  { command, cwd }: Installation,
  commands: RunningCommands,
): Promise<void> {
  const tail = new OutputTail();
  const child = withOuterUmask(() =>
    spawn(command, {
      shell: true,
      cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: startingEnvironment(),
    })
  );
  tail.listen(child.stdout);
  tail.listen(child.stderr);
  const { exitCode } = await commands.ended(child);
  if (exitCode === 0) return;
  throw new UsageError(
    `Cannot prepare the baseline: "${command}" ended with exit code ${exitCode}` +
      tail.lastLine((line) => `: ${line}`),
    "--install names another command, --no-install runs none",
  );
}
