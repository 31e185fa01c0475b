/**
 * Where ferret keeps its copies of the rings that come through the pipe: in
 * files of the run's folder, so that they outlive a ferret that is killed and
 * are recovered like the rings that a program maps itself.
 *
 * @module
 */
import { join } from "node:path";
import { ringBytes, type RingSizes } from "../../src/ring/layout.ts";
import { createRing, type RingIdentity } from "../../src/ring/memory.ts";
import { createRingFile } from "../../src/ring/ring_file.ts";
import { canMapFiles } from "../../src/runtime/can_map_files.ts";
import { mapFile } from "../../src/runtime/map_file.ts";
import type { RingSource } from "../../src/writer/ring_source.ts";

/** A copy of a ring, and where the writer finds it. */
export interface Mirror {
  bytes: Uint8Array;
  source: RingSource;
}

/** Makes an empty ring of number `ring`; in memory that dies with ferret where there is no other. */
export function createMirror(
  folder: string,
  ring: number,
  options: { sizes: RingSizes; identity: RingIdentity },
): Mirror {
  if (canMapFiles()) {
    try {
      const { path, bytes } = createRingFile(join(folder, `ring-${ring}`), options);
      return { bytes: mapFile(path, bytes), source: { kind: "mapped", path, bytes } };
    } catch {
      // No room for it, or none of the user's rights are enough.
    }
  }
  const buffer = new SharedArrayBuffer(ringBytes(options.sizes));
  const bytes = new Uint8Array(buffer);
  createRing(bytes, { ...options, readySegments: 1 });
  return { bytes, source: { kind: "shared", buffer } };
}
