/**
 * Rings for the workers of a program that shares no memory with ferret: this
 * thread makes them, shares them with the workers and sends what they hold,
 * since a worker does not have the pipe.
 *
 * @module
 */
import type { ProgramConfig } from "../../model/program_config.ts";
import { ringBytes, ringSizes } from "../../ring/layout.ts";
import { createRing } from "../../ring/memory.ts";
import { ringOfWorker } from "../../ring/pipe_frames.ts";
import { startPipeSender } from "../../ring/pipe_sender.ts";
import { processId } from "../../runtime/self.ts";
import type { HandedRing, RingSupply } from "./worker_data.ts";

/** As a share of the main thread's. */
const RING_SHARE = 1 / 4;

export class SentRings implements RingSupply {
  readonly #config: ProgramConfig;
  #count = 0;

  constructor(config: ProgramConfig) {
    this.#config = config;
  }

  /** Makes a ring. */
  take(): HandedRing {
    const pid = processId();
    const ring = ringOfWorker(pid, this.#count++);
    const sizes = ringSizes(this.#config.segmentBytes! * RING_SHARE);
    const buffer = new SharedArrayBuffer(ringBytes(sizes));
    const memory = createRing(new Uint8Array(buffer), {
      sizes,
      identity: { process: this.#config.process, thread: ring, consumerPid: pid, consumerStart: 0 },
      readySegments: 1,
    });
    startPipeSender(memory, pid);
    return { ring, buffer };
  }
}
