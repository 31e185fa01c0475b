/**
 * Where a ring is, in a form that can be sent to a worker and kept in a partial.
 *
 * @module
 */
import { openRing, type RingMemory } from "../ring/memory.ts";
import { readRing } from "../ring/ring_file.ts";
import { mapFile } from "../runtime/map_file.ts";

/** A ring that a writer shall drain. */
export type RingSource =
  | { kind: "mapped"; path: string; bytes: number }
  | { kind: "shared"; buffer: SharedArrayBuffer }
  /** A file that nobody writes to any more: it is read, and not mapped. */
  | { kind: "file"; path: string; bytes: number }
  /** A ring that died with its process; keeps the numbers of those after it. */
  | { kind: "gone" };

/**
 * Opens a ring, unless it is gone.
 *
 * @throws {RingFormatError} when there is no ring, or mapping fails.
 */
export function openRingSource(source: RingSource): RingMemory | undefined {
  if (source.kind === "gone") return undefined;
  if (source.kind === "file") return readOrMap(source);
  const bytes = source.kind === "mapped"
    ? mapFile(source.path, source.bytes)
    : new Uint8Array(source.buffer);
  return openRing(bytes);
}

/** A ring of gigabytes has no room beside this process's own memory: it is mapped after all. */
function readOrMap({ path, bytes }: { path: string; bytes: number }): RingMemory {
  try {
    return readRing(path);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return openRing(mapFile(path, bytes));
  }
}
