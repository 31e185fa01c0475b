/**
 * The worker in which the writer runs: a Web Worker of the ferret process, or a
 * node:worker_threads one inside a program that uses ferret as a library.
 *
 * @module
 */
import { parentPort, workerData } from "node:worker_threads";
import type { FinishReport } from "../model/run_info.ts";
import { ControlReceiver } from "./control.ts";
import type { WorkerMessage, WorkerRequest, WorkerStart } from "./messages.ts";
import { RunWriter } from "./run_writer.ts";

/** The global scope of a Web Worker, as far as it is used here. */
interface WebWorkerScope {
  postMessage(message: unknown): void;
  onmessage: ((event: { data: unknown }) => void) | null;
}

const scope = globalThis as unknown as WebWorkerScope;

/** Present when node:worker_threads started us: then all that is needed is here. */
const startData = (workerData as { ferret?: WorkerStart } | null)?.ferret;

const requests: WorkerRequest[] = [];
let writer: RunWriter | undefined;

if (startData !== undefined) {
  parentPort!.on("message", receive);
  void main(startData);
} else {
  scope.onmessage = ({ data }) => {
    const message = data as WorkerStart | WorkerRequest;
    if (message.type === "start") void main(message);
    else receive(message);
  };
}

function receive(request: WorkerRequest): void {
  requests.push(request);
  writer?.wake();
}

function post(message: WorkerMessage): void {
  if (startData !== undefined) parentPort!.postMessage(message);
  else scope.postMessage(message);
}

async function main(start: WorkerStart): Promise<void> {
  try {
    writer = await RunWriter.open(start.options);
    const control = new ControlReceiver(start.control);
    post({ type: "ready" });
    await work(writer, control);
  } catch (error) {
    writer?.close();
    post({ type: "failed", message: messageOf(error) });
  }
  // The client ends the worker; a port that is listened to would keep it alive.
  parentPort?.unref?.();
}

/** Drains until the run is finished. */
async function work(writer: RunWriter, control: ControlReceiver): Promise<void> {
  let report: FinishReport | undefined;
  let roundAt = performance.now();
  while (report === undefined) {
    const drainedBefore = writer.drainedBytes;
    const hasMore = await writer.round();
    const command = control.pending;
    if (command === "flush") await writer.flush();
    else if (command === "finish") report = await writer.finish(control.end);
    if (command !== undefined) control.confirm();
    report = await answerRequests(writer, report);
    if (report !== undefined) return;

    const now = performance.now();
    const sleepMs = hasMore
      ? 0
      : writer.sleepMs(writer.drainedBytes - drainedBefore, now - roundAt);
    roundAt = now;
    // Even 0 ms go through a timer, or no message would come in while the rings are busy.
    const commandCame = control.wait(sleepMs);
    await (commandCame === undefined
      ? writer.sleep(sleepMs)
      : Promise.race([writer.sleep(sleepMs), commandCame]));
  }
}

/** @returns The report, once the run is finished. */
async function answerRequests(
  writer: RunWriter,
  finished: FinishReport | undefined,
): Promise<FinishReport | undefined> {
  let report = finished;
  for (let request = requests.shift(); request !== undefined; request = requests.shift()) {
    const { id } = request;
    switch (request.type) {
      case "addRing":
        try {
          await writer.addRing(request.source);
          post({ type: "done", id });
        } catch (error) {
          post({ type: "refused", id, message: messageOf(error) });
        }
        break;
      case "flush":
        if (report === undefined) await writer.flush();
        post({ type: "done", id });
        break;
      case "finish":
        report ??= await writer.finish(request.end);
        post({ type: "done", id, report });
    }
  }
  return report;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
