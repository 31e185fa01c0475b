/**
 * Starts the writer's worker, whichever kind of worker that is, and hands its
 * messages on.
 *
 * @module
 */
import { Worker as ThreadWorker } from "node:worker_threads";
import type { WorkerMessage, WorkerRequest, WorkerStart } from "./messages.ts";

/** `web`: a Web Worker, which keeps the process alive. `thread`: node:worker_threads, which does not. */
export type WorkerKind = "web" | "thread";

/** What a worker's owner wants to hear. */
export interface WorkerListener {
  onMessage(message: WorkerMessage): void;
  /** The worker is gone without having been told to. */
  onDeath(reason: string): void;
}

/** A running worker. */
export interface WorkerHandle {
  post(request: WorkerRequest): void;
  terminate(): void;
  /** Whether the worker keeps the process alive, where that can be chosen. */
  setRef(isRef: boolean): void;
}

/** The part of a Web Worker that is used; Node has none. */
interface WebWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: { data: unknown }) => void) | null;
  onerror: ((event: { message?: string; preventDefault(): void }) => void) | null;
}

type WebWorkerConstructor = new (url: URL, options: { type: "module" }) => WebWorker;

/** Starts the worker. */
export function startWorker(
  kind: WorkerKind,
  start: WorkerStart,
  listener: WorkerListener,
): WorkerHandle {
  const Web = (globalThis as { Worker?: WebWorkerConstructor }).Worker;
  return kind === "web" && Web !== undefined
    ? startWeb(new Web(workerUrl(), { type: "module" }), start, listener)
    : startThread(start, listener);
}

function startWeb(worker: WebWorker, start: WorkerStart, listener: WorkerListener): WorkerHandle {
  worker.onmessage = ({ data }) => listener.onMessage(data as WorkerMessage);
  worker.onerror = (event) => {
    event.preventDefault();
    listener.onDeath(event.message ?? "it threw");
  };
  worker.postMessage(start);
  return {
    post: (request) => worker.postMessage(request),
    terminate: () => worker.terminate(),
    setRef: () => {},
  };
}

function startThread(start: WorkerStart, listener: WorkerListener): WorkerHandle {
  // Without execArgv: [] a program that was preloaded would be recorded in the writer too.
  const worker = new ThreadWorker(workerUrl(), { workerData: { ferret: start }, execArgv: [] });
  worker.on("message", (message) => listener.onMessage(message as WorkerMessage));
  worker.on("error", (error) => listener.onDeath(String((error as Error).message)));
  worker.on("exit", (code) => listener.onDeath(`it ended with code ${code}`));
  return {
    post: (request) => worker.postMessage(request),
    terminate: () => void worker.terminate(),
    setRef: (isRef) => isRef ? worker.ref() : worker.unref(),
  };
}

/** The worker's file: TypeScript in the repository, JavaScript in the package. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);
}
