/**
 * What a ferret that died leaves in a private folder, made by hand.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunInfo } from "../../src/model/run_info.ts";
import { FOLDER_PREFIX } from "../../src/runtime/private_folder.ts";
import { withRingFolder } from "./own_ring_folder.ts";
import { createTestRing, SpanProducer } from "./span_producer.ts";

/** No process has this id, and none that has it later will have started at this time. */
export const DEAD = { pid: 2 ** 22 + 1, startTime: 1 };

/** Calls `use` with a new private folder of a dead ferret, which is removed afterwards. */
export function withPrivateFolder<T>(use: (home: string) => Promise<T>): Promise<T> {
  return withRingFolder(async (folder) => await use(createHome(folder)));
}

/** Makes a private folder as a ferret that is dead did. */
export function createHome(parent: string): string {
  const name = `${FOLDER_PREFIX}${DEAD.pid}-${randomBytes(6).toString("hex")}`;
  const home = join(parent, name);
  mkdirSync(home, { mode: 0o700 });
  return home;
}

/** Writes what the folder says about its run. */
export function writeRunFile(
  home: string,
  content: { run: RunInfo; out: string } & Record<string, unknown>,
): void {
  const text = JSON.stringify({ format: 1, owner: DEAD, program: DEAD, ...content });
  writeFileSync(join(home, "run.json"), text, { mode: 0o600 });
}

/** Writes a ring that a process which is dead has written to. @returns Its path. */
export function writeRing(
  home: string,
  number: number,
  write: (producer: SpanProducer) => void,
): string {
  const { memory } = createTestRing({ thread: number, process: number });
  const producer = new SpanProducer(memory);
  write(producer);
  const path = join(home, `ring-${number}`);
  writeFileSync(path, new Uint8Array(memory.u8), { mode: 0o600 });
  return path;
}
