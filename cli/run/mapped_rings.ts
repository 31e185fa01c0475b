/**
 * The `mapped` transport as ferret sees it: rings in files of a private folder,
 * which the program's threads and the writer both map.
 *
 * @module
 */
import { closeSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import { H_PRODUCER_PID, type RingSizes, ringSizes } from "../../src/ring/layout.ts";
import type { RingIdentity } from "../../src/ring/memory.ts";
import {
  createRingFile,
  hasProducer,
  type RingFile,
  RingGrowth,
} from "../../src/ring/ring_file.ts";
import { createPrivateFolder, ringFolders } from "../../src/runtime/private_folder.ts";
import { ownIdentity } from "../../src/runtime/process_identity.ts";
import { RingPool } from "./ring_pool.ts";
import { formatSize } from "./size.ts";
import type { RingOptions, TransportEnd } from "./transport.ts";

/** Below this a ring holds too little to be worth mapping. */
const SMALLEST_RING_BYTES = 1024 * 1024;

/** Segments that `grow` may fill: 256 MiB with rings of the default size. */
const MAX_GROWN_SEGMENTS = 16;

/** Room kept ready in a growing ring: at the highest rate measured it lasts 50 ms. */
const SPARE_BYTES = 16 * 1024 * 1024;
const GROWTH_INTERVAL_MS = 5;

/** Identity of this process, the consumer of every ring it creates. */
export function ownRingIdentity(): RingIdentity {
  const { pid, startTime } = ownIdentity();
  return { process: 0, thread: 0, consumerPid: pid, consumerStart: startTime };
}

/** Rings in memory, and the folder that they lie in. */
export interface MappedRings {
  folder: string;
  transport: TransportEnd;
  note: string | undefined;
}

/** Creates the rings of a run, smaller ones if there is no room. */
export function openMappedRings(options: RingOptions): MappedRings | undefined {
  const smallest = Math.min(options.ringBytes, SMALLEST_RING_BYTES);
  for (let bytes = options.ringBytes; bytes >= smallest; bytes /= 2) {
    for (const parent of ringFolders()) {
      let folder: string | undefined;
      try {
        folder = createPrivateFolder(parent);
        const transport = createRings(folder, { ...options, ringBytes: bytes });
        const note = bytes < options.ringBytes
          ? `the ring has ${formatSize(bytes)} instead of ` +
            `${formatSize(options.ringBytes)}: there is no more room for shared memory`
          : undefined;
        return { folder, transport, note };
      } catch {
        // No room, or a folder that cannot be written to: the next one.
        if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
      }
    }
  }
  return undefined;
}

function createRings(folder: string, options: RingOptions): TransportEnd {
  const identity = ownRingIdentity();
  const main = options.hasMain ? createMainRing(folder, options) : undefined;
  const { ringBytes, reserves } = options;
  const pool = new RingPool({ folder, ringBytes, firstRing: 1, identity, reserves });
  let stopGrowing = () => {};
  const paths = () => [
    ...main === undefined ? [] : [main.path],
    ...pool.claimed().map((ring) => pool.source(ring).path),
  ];
  return {
    sources: main === undefined ? [] : [{ kind: "mapped", path: main.path, bytes: main.bytes }],
    config: {
      transport: "mapped",
      ...(main === undefined ? {} : { ringPath: main.path, ringBytes: main.bytes }),
    },
    join: { claimsPath: pool.claimsPath },
    environment: {},
    descriptor: undefined,
    begin: (_program, onRing) => {
      pool.begin(onRing);
      if (options.grows && main !== undefined) stopGrowing = keepGrowing(main);
    },
    arrived: () => {
      pool.close();
      const { refusedCount } = pool;
      return Promise.resolve(
        refusedCount === 0
          ? []
          : [`${refusedCount} workers or processes are not recorded: there was no ring for them`],
      );
    },
    hasProducer: () => paths().some(hasProducer),
    producerPids: () => paths().map(producerPid).filter((pid) => pid > 0),
    close: () => {
      stopGrowing();
      pool.close();
    },
  };
}

function createMainRing(folder: string, options: RingOptions): RingFile {
  const sizes = ringSizes(options.ringBytes, options.grows ? MAX_GROWN_SEGMENTS : 1);
  const readySegments = Math.min(spareSegments(sizes), sizes.segmentCount);
  const identity = ownRingIdentity();
  return createRingFile(join(folder, "ring-0"), { sizes, identity, readySegments });
}

function spareSegments(sizes: RingSizes): number {
  return Math.ceil(SPARE_BYTES / sizes.segmentBytes);
}

function producerPid(path: string): number {
  const pid = new Int32Array(1);
  const fd = openSync(path, "r");
  try {
    readSync(fd, new Uint8Array(pid.buffer), 0, 4, H_PRODUCER_PID * 4);
  } finally {
    closeSync(fd);
  }
  return pid[0]!;
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
