/**
 * What the writer's client and its worker say to each other.
 *
 * @module
 */
import type { FinishReport, RunEnd } from "../model/run_info.ts";
import type { RingSource } from "./ring_source.ts";
import type { RunWriterOptions } from "./run_writer.ts";

/** What the worker is started with. */
export interface WorkerStart {
  type: "start";
  options: Omit<RunWriterOptions, "openStore">;
  control: SharedArrayBuffer;
}

/** A request; its number comes back with the answer. */
export type WorkerRequest =
  | { type: "addRing"; id: number; source: RingSource }
  | { type: "flush"; id: number }
  | { type: "finish"; id: number; end: RunEnd };

/** What the worker says. */
export type WorkerMessage =
  | { type: "ready" }
  | { type: "done"; id: number; report?: FinishReport }
  | { type: "refused"; id: number; message: string }
  /** The worker cannot go on and ends. */
  | { type: "failed"; message: string };
