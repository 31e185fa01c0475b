/**
 * Rings for the workers and child processes of a run: one is always ready
 * before it is asked for.
 *
 * @module
 */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import {
  C_CLOSED,
  C_NEXT,
  C_READY,
  C_REFUSED,
  CLAIMS_BYTES,
  CLAIMS_FULL,
  newClaims,
  SPARE_RINGS,
} from "../../src/ring/claims.ts";
import { ringBytes, type RingSizes, ringSizes } from "../../src/ring/layout.ts";
import type { RingIdentity } from "../../src/ring/memory.ts";
import { createRingFile, reserveRingFile } from "../../src/ring/ring_file.ts";
import { withNewFile } from "../../src/runtime/private_folder.ts";
import type { RingSource } from "../../src/writer/ring_source.ts";

/** Their size, as a share of the main ring's: most of them have little to say. */
const RING_SHARE = 1 / 4;
const POLL_MS = 5;
/** Memory that is kept ready once the run has proved to need several rings: four of the usual size. */
const SPARE_BYTES = 16 * 1024 * 1024;
const MAX_SPARE_RINGS = 16;
/** Room for this many threads in one run; ids of spans allow no more than 2^17. */
const MAX_RINGS = 16_384;

/** Options of {@linkcode RingPool}. */
export interface RingPoolOptions {
  folder: string;
  /** Bytes of the main ring. */
  ringBytes: number;
  /** Number of the first ring of the pool. */
  firstRing: number;
  identity: RingIdentity;
  /** Whether the program has to map the rings of its workers before it knows of them. */
  reserves: boolean;
}

export class RingPool {
  readonly claimsPath: string;
  readonly #options: RingPoolOptions;
  readonly #sizes: RingSizes;
  readonly #fd: number;
  readonly #page = new Int32Array(CLAIMS_BYTES / 4);
  #timer: ReturnType<typeof setInterval> | undefined;
  readonly #reserved = new Set<number>();
  #onRing: (source: RingSource) => void = () => {};
  #ready: number;
  #announced: number;
  #hasRoom = true;

  /** Creates the page that rings are claimed on. @throws when there is no room for it. */
  constructor(options: RingPoolOptions) {
    this.#options = options;
    this.#sizes = ringSizes(options.ringBytes * RING_SHARE);
    this.#ready = this.#announced = options.firstRing;
    this.claimsPath = join(options.folder, "claims");
    const page = newClaims({ nextRing: options.firstRing, ringBytes: ringBytes(this.#sizes) });
    withNewFile(this.claimsPath, (fd) => writeSync(fd, new Uint8Array(page.buffer)));
    this.#fd = openSync(this.claimsPath, "r+");
    if (!options.reserves) return;
    for (let ring = options.firstRing; ring < options.firstRing + SPARE_RINGS; ring++) {
      reserveRingFile(this.source(ring).path, this.#sizes);
      this.#reserved.add(ring);
    }
  }

  /** Begins to keep rings ready. `onRing` gets each ring that a thread has claimed. */
  begin(onRing: (source: RingSource) => void): void {
    this.#onRing = onRing;
    this.#timer = setInterval(() => this.step(), POLL_MS);
    this.step();
  }

  /** Looks at what was claimed. */
  step(): void {
    this.#read();
    const { firstRing } = this.#options;
    const next = Math.min(this.#page[C_NEXT]!, MAX_RINGS);
    const room = Math.max(1, Math.floor(SPARE_BYTES / this.#sizes.segmentBytes));
    const spare = Math.min(1 + next - firstRing, room, MAX_SPARE_RINGS);
    while (this.#hasRoom && this.#ready < Math.min(next + spare, MAX_RINGS)) this.#addRing();
    while (this.#announced < Math.min(next, this.#ready)) {
      this.#onRing(this.source(this.#announced++));
    }
  }

  /** Where a ring of the pool is. */
  source(ring: number): { kind: "mapped"; path: string; bytes: number } {
    const path = join(this.#options.folder, `ring-${ring}`);
    return { kind: "mapped", path, bytes: ringBytes(this.#sizes) };
  }

  /** Numbers of the rings that were claimed. */
  claimed(): number[] {
    const { firstRing } = this.#options;
    return Array.from({ length: this.#announced - firstRing }, (_, index) => firstRing + index);
  }

  /** Threads that got no ring. */
  get refusedCount(): number {
    return this.#page[C_REFUSED]!;
  }

  /** Takes no more threads in. */
  close(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#write(C_CLOSED, 1);
    this.step();
    closeSync(this.#fd);
  }

  #addRing(): void {
    const ring = this.#ready;
    const { identity } = this.#options;
    try {
      createRingFile(this.source(ring).path, {
        sizes: this.#sizes,
        identity: { ...identity, process: ring, thread: ring },
        isReserved: this.#reserved.has(ring),
      });
    } catch {
      // No room for shared memory: who wants a ring now gets none, and is counted.
      this.#hasRoom = false;
      this.#write(C_CLOSED, CLAIMS_FULL);
      return;
    }
    this.#ready++;
    this.#write(C_READY, this.#ready);
  }

  #read(): void {
    readSync(this.#fd, new Uint8Array(this.#page.buffer), 0, CLAIMS_BYTES, 0);
  }

  #write(index: number, value: number): void {
    writeSync(this.#fd, new Uint8Array(Int32Array.of(value).buffer), 0, 4, index * 4);
  }
}
