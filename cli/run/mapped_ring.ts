/**
 * The `mapped` transport as ferret sees it: a ring in a file of a private
 * folder, which the program and the writer both map.
 *
 * @module
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type RingSizes, ringSizes } from "../../src/ring/layout.ts";
import type { RingIdentity } from "../../src/ring/memory.ts";
import {
  createRingFile,
  hasProducer,
  type RingFile,
  RingGrowth,
} from "../../src/ring/ring_file.ts";
import { createPrivateFolder, ringFolders } from "../../src/runtime/private_folder.ts";
import { ownIdentity } from "../../src/runtime/process_identity.ts";
import { formatSize } from "./size.ts";
import type { RingOptions, TransportEnd } from "./transport.ts";

/** Below this a ring holds too little to be worth mapping. */
const SMALLEST_RING_BYTES = 1024 * 1024;

/** Segments that `grow` may fill: 256 MiB with rings of the default size. */
const MAX_GROWN_SEGMENTS = 16;

/** Room kept ready in a growing ring: at the highest rate measured it lasts 50 ms. */
const SPARE_BYTES = 16 * 1024 * 1024;
const GROWTH_INTERVAL_MS = 5;

/** Creates the ring of the program's main thread, a smaller one if there is no room. */
export function openMappedRing(options: RingOptions): TransportEnd | undefined {
  const created = createRing(options);
  if (created === undefined) return undefined;
  const { folder, file } = created;
  const isSmaller = file.sizes.segmentBytes < ringSizes(options.ringBytes).segmentBytes;
  let stopGrowing = () => {};
  return {
    folder,
    source: { kind: "mapped", path: file.path, bytes: file.bytes },
    config: { transport: "mapped", ringPath: file.path, ringBytes: file.bytes },
    environment: {},
    note: isSmaller
      ? `the ring has ${formatSize(file.sizes.segmentBytes)} instead of ` +
        `${formatSize(options.ringBytes)}: there is no more room for shared memory`
      : undefined,
    begin: () => {
      if (options.grows) stopGrowing = keepGrowing(file);
    },
    arrived: () => Promise.resolve(undefined),
    hasProducer: () => hasProducer(file.path),
    close: () => stopGrowing(),
  };
}

/** Identity of this process, the consumer of every ring it creates. */
export function ownRingIdentity(): RingIdentity {
  const { pid, startTime } = ownIdentity();
  return { process: 0, thread: 0, consumerPid: pid, consumerStart: startTime };
}

function createRing(options: RingOptions): { folder: string; file: RingFile } | undefined {
  const smallest = Math.min(options.ringBytes, SMALLEST_RING_BYTES);
  for (let bytes = options.ringBytes; bytes >= smallest; bytes /= 2) {
    const sizes = ringSizes(bytes, options.grows ? MAX_GROWN_SEGMENTS : 1);
    for (const parent of ringFolders()) {
      let folder: string | undefined;
      try {
        folder = createPrivateFolder(parent);
        const readySegments = Math.min(spareSegments(sizes), sizes.segmentCount);
        const identity = ownRingIdentity();
        const path = join(folder, "ring-0");
        return { folder, file: createRingFile(path, { sizes, identity, readySegments }) };
      } catch {
        // No room, or a folder that cannot be written to: the next one.
        if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      }
    }
  }
  return undefined;
}

function spareSegments(sizes: RingSizes): number {
  return Math.ceil(SPARE_BYTES / sizes.segmentBytes);
}

/** Keeps a growing ring in room while the program runs. @returns A function that ends it. */
function keepGrowing(file: RingFile): () => void {
  const growth = new RingGrowth(file, spareSegments(file.sizes));
  const step = () => {
    let outcome = growth.step();
    while (outcome === "grown") outcome = growth.step();
    if (outcome !== "enough") clearInterval(timer);
  };
  const timer = setInterval(step, GROWTH_INTERVAL_MS);
  step();
  return () => {
    clearInterval(timer);
    growth.close();
  };
}
