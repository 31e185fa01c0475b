/**
 * What a thread tells a worker that it starts: which process it is in and
 * which span started it. It travels as environment data of node:worker_threads,
 * which a new worker gets a copy of, whatever else it is started with.
 *
 * @module
 */
import type { RemoteParent } from "../../model/program_config.ts";
import { builtin } from "../../runtime/self.ts";

const KEY = "ferret.worker";

/** A worker as its starter knows it. */
export interface WorkerData {
  /** Number of the process. */
  process: number;
  name: string;
  parent: RemoteParent | undefined;
  /** Where the worker may not map one itself. */
  ring?: HandedRing | undefined;
}

/** A ring that was mapped or made by the thread that starts the worker. */
export interface HandedRing {
  ring: number;
  buffer: ArrayBuffer | SharedArrayBuffer;
}

/** Where a thread gets rings for its workers from. */
export interface RingSupply {
  /** A ring; undefined when there is none left. */
  take(): HandedRing | undefined;
}

interface EnvironmentData {
  getEnvironmentData(key: string): unknown;
  setEnvironmentData(key: string, value?: unknown): void;
}

function environmentData(): EnvironmentData {
  return builtin("node:worker_threads");
}

/** Lets a worker that is started now find `data`; undefined: nothing. */
export function setWorkerData(data: WorkerData | undefined): void {
  environmentData().setEnvironmentData(KEY, data);
}

/** In a worker: what it was told. */
export function takeWorkerData(): WorkerData | undefined {
  const { getEnvironmentData, setEnvironmentData } = environmentData();
  const data = getEnvironmentData(KEY) as WorkerData | undefined;
  setEnvironmentData(KEY, undefined);
  return data;
}
