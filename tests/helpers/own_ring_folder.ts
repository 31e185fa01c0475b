/**
 * Gives a test, and the ferrets that it starts, a place for rings where no
 * other ferret on the machine recovers or removes anything.
 *
 * @module
 */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { RING_FOLDER_VARIABLE } from "../../src/runtime/private_folder.ts";

/** Rings belong into memory where there is such a place. */
const PARENT = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Calls `use` while private folders are in a folder of their own, and removes that afterwards. */
export async function withRingFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(PARENT, "test-of-ferret-"));
  process.env[RING_FOLDER_VARIABLE] = folder;
  try {
    return await use(folder);
  } finally {
    delete process.env[RING_FOLDER_VARIABLE];
    rmSync(folder, { recursive: true, force: true });
  }
}
