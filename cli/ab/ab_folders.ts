/**
 * The folders of a comparison among the system's temporary files. Their names
 * say whose they are, so that those of a ferret that was killed are found.
 *
 * @module
 */
import { readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { processIdentity } from "../../src/runtime/process_identity.ts";
import { makeTemporaryFolder } from "../../src/runtime/temporary_paths.ts";

/** Makes a folder that goes when this process does. */
export function makeAbFolder(): string {
  return makeTemporaryFolder(`ferret-ab-${process.pid}-`);
}

/** Whether a folder is one of a ferret that is gone. */
export function isAbandoned(folder: string): boolean {
  const pid = /^ferret-ab-(\d+)-\w{6}$/.exec(basename(folder))?.[1];
  return pid !== undefined && processIdentity(Number(pid)) === undefined;
}

/** Removes what ferrets that were killed have left. Never throws. */
export function sweepAbFolders(): void {
  for (const name of namesIn(tmpdir())) {
    const folder = join(tmpdir(), name);
    try {
      if (isAbandoned(folder)) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another user's, or a program that was left behind still writes to it.
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
