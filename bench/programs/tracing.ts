/**
 * What makes the spans of a program that is measured: the recorder of
 * `ferret run`, or a `Profiler` of its own where ferret cannot run the program.
 * `BENCH_OUT` names the recording then.
 *
 * @module
 */
import process from "node:process";
import { Profiler, profiler, type Tracing } from "../../mod.ts";

const out = process.env["BENCH_OUT"];
const own = out === undefined ? undefined : new Profiler({ out });

/** Makes the spans; does nothing in a program that is not recorded. */
export const tracing: Tracing = own ?? profiler;

export const isRecording: boolean = own !== undefined || profiler.isRecording;

/** Finishes the recording, if this program makes its own. */
export async function finishRecording(): Promise<void> {
  await own?.close();
}
