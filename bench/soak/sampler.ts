/**
 * Looks at ferret, its ring and its file from outside, by way of Linux's /proc.
 *
 * @module
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  H_CURRENT_SEGMENT,
  H_SEGMENT_BYTES,
  HEADER_BYTES,
  S_HEAD,
  S_TAIL,
} from "../../src/ring/layout.ts";
import { segmentControl } from "../../src/ring/memory.ts";
import type { ProgramSample, Sample } from "./sample.ts";

/** Completes what the program said of itself. `folder` has nothing in it but the recording. */
export function completeSample(
  program: ProgramSample,
  { second, folder, ferretPid }: { second: number; folder: string; ferretPid: number },
): Sample {
  return {
    second,
    ...program,
    ferretBytes: residentBytes(ferretPid),
    ringFill: ringFill(program.pid),
    fileBytes: folderBytes(folder),
  };
}

/** Memory of a process, without what it shares with the program through the ring. */
function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0);
  return (kilobytes("VmRSS") - kilobytes("RssShmem")) * 1024;
}

/** The main thread's ring; 0 where the program has mapped none. */
function ringFill(pid: number): number {
  const path = /\S+\/ring-0$/m.exec(readFileSync(`/proc/${pid}/maps`, "utf8"))?.[0];
  if (path === undefined) return 0;
  const words = new Int32Array(HEADER_BYTES / 4);
  const fd = openSync(path, "r");
  try {
    readSync(fd, new Uint8Array(words.buffer), 0, HEADER_BYTES, 0);
  } finally {
    closeSync(fd);
  }
  const control = segmentControl(words[H_CURRENT_SEGMENT]!);
  const held = ((words[control + S_HEAD]! - words[control + S_TAIL]!) >>> 0) * 8;
  return held / words[H_SEGMENT_BYTES]!;
}

function folderBytes(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => {
    // What is renamed just now is counted the next time.
    return sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}
