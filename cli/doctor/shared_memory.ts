/**
 * Where rings would lie, and whether there is room for them.
 *
 * @module
 */
import { statfsSync } from "node:fs";
import { canMapFiles } from "../../src/runtime/can_map_files.ts";
import { ringFolders } from "../../src/runtime/private_folder.ts";
import { runtimeName } from "../../src/runtime/self.ts";

/** A folder for rings. */
export interface RingPlace {
  path: string;
  /** Undefined when the system does not tell. */
  freeBytes: number | undefined;
}

/** What ferret can do itself, on the runtime it runs on. */
export interface SharedMemory {
  canMap: boolean;
  /** Why not. */
  reason: string | undefined;
  /** The first with room is used. */
  places: RingPlace[];
}

/** Looks at them. Nothing is written. */
export function lookAtSharedMemory(): SharedMemory {
  const canMap = canMapFiles();
  return {
    canMap,
    reason: canMap ? undefined : `${runtimeName()}, which ferret runs on, cannot map files here`,
    places: ringFolders().map((path) => ({ path, freeBytes: freeBytes(path) })),
  };
}

function freeBytes(path: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
