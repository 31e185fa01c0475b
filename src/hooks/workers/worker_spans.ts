/**
 * The span of a worker: from its start to its end.
 *
 * @module
 */
import { SCOPE_WORKER } from "../../model/span.ts";
import type { ProgramConfig } from "../../model/program_config.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import { remoteParent } from "../children.ts";
import type { WorkerData } from "./worker_data.ts";
import { toText } from "../../recorder/text.ts";

const MAX_NAME_CHARS = 100;

/** A worker that is being started. */
export interface StartingWorker {
  span: Span;
  data: WorkerData;
}

/** Begins the span of a worker. */
export function beginWorker(
  recorder: Recorder,
  config: ProgramConfig,
  worker: { script: unknown; name: unknown },
): StartingWorker {
  const file = fileName(worker.script);
  const span = recorder.startSpan(`worker ${file}`, { scope: SCOPE_WORKER });
  const isNamed = typeof worker.name === "string" && worker.name !== "";
  const name = isNamed ? worker.name as string : file;
  const parent = remoteParent(recorder, config, span);
  return { span, data: { process: config.process, name, parent } };
}

/** The file's name; code that is no file is `eval`. */
function fileName(script: unknown): string {
  const text = toText(script);
  if (/^(data|blob):|\n/.test(text)) return "eval";
  const path = text.replace(/[?#].*$/, "");
  return path.slice(path.lastIndexOf("/") + 1).slice(0, MAX_NAME_CHARS);
}
