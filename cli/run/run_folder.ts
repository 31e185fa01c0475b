/**
 * The private folder of a run, after the run. A process that outlives it may
 * still start others with the run's preloads in their environment, and a
 * preload that is gone would keep those from starting. So what such processes
 * load is left behind, empty, until nobody can need it any more.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PARENT_VARIABLE } from "../../src/hooks/children.ts";
import { readRingHeader } from "../../src/ring/ring_file.ts";
import { creatorOf, privateFolders } from "../../src/runtime/private_folder.ts";
import { processIdentity } from "../../src/runtime/process_identity.ts";
import { processesNaming } from "../../src/runtime/process_uses.ts";
import { ringFiles } from "../../src/writer/waiting_rings.ts";
import { readWaitingRun } from "../../src/writer/waiting_run.ts";
import { preloadPaths } from "./preload.ts";

/** Names the processes that may hand the preloads on. */
const USERS_FILE = "left_behind.json";

const GIVE_BACK = `if ("Deno" in globalThis) {
  Deno.permissions.revokeSync({ name: "ffi" });
  if (Deno.permissions.querySync({ name: "env" }).state !== "granted") {
    Deno.permissions.revokeSync({ name: "env", variable: "${PARENT_VARIABLE}" });
  }
}
`;

interface User {
  pid: number;
  startTime: number;
}

/**
 * Removes what a finished run leaves, as far as nobody needs it.
 *
 * @param pids Processes of the run that recorded something.
 */
export function releaseRunFolder(folder: string, pids: readonly number[]): void {
  const users = [...new Set(pids)].flatMap((pid) => processIdentity(pid) ?? []);
  const { modulePath, scriptPath, limitedScriptPath } = preloadPaths(folder);
  const preloads = [modulePath, scriptPath, limitedScriptPath];
  if (users.length === 0 && processesNaming(folder).length === 0) {
    rmSync(folder, { recursive: true, force: true });
    return;
  }
  for (const path of preloads) {
    // Who is given a permission for it gives it back, as always.
    const source = path === limitedScriptPath ? GIVE_BACK : "";
    writeFileSync(`${path}.new`, source, { mode: 0o600 });
    renameSync(`${path}.new`, path);
  }
  writeFileSync(join(folder, USERS_FILE), JSON.stringify(users), { mode: 0o600 });
  const kept = [...preloads, join(folder, USERS_FILE)];
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!kept.includes(path)) rmSync(path, { recursive: true, force: true });
  }
}

/** Removes what earlier runs left behind and nobody needs any more. Never throws. */
export function sweepRunFolders(): void {
  for (const folder of privateFolders()) {
    try {
      if (isAbandoned(folder)) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Just removed by another ferret.
    }
  }
}

/** What a thread may have written to waits for `recover`, and is never among this. */
function isAbandoned(folder: string): boolean {
  if (existsSync(join(folder, USERS_FILE))) return !isUsed(folder);
  const owner = ownerOf(folder);
  if (owner === undefined || isAlive(owner)) return false;
  return !hasRecords(folder) && processesNaming(folder, ["environ", "cmdline"]).length === 0;
}

/** Whether a thread has ever come to one of the folder's rings. */
export function hasRecords(folder: string): boolean {
  return ringFiles(folder).some((path) => readRingHeader(path).producerState !== 0);
}

function isUsed(folder: string): boolean {
  const users = JSON.parse(readFileSync(join(folder, USERS_FILE), "utf8")) as User[];
  return users.some(isAlive) || processesNaming(folder).length > 0;
}

/** The ferret that made a folder; undefined when nothing in it tells. */
function ownerOf(folder: string): User | undefined {
  const waiting = readWaitingRun(folder);
  if (waiting !== undefined) return waiting.owner;
  const pid = creatorOf(folder);
  if (pid !== undefined) return { pid, startTime: 0 };
  // Older ferrets' names say nothing, but their rings do.
  const [ring] = ringFiles(folder).map(readRingHeader);
  if (ring === undefined || ring.consumerPid === 0) return undefined;
  return { pid: ring.consumerPid, startTime: ring.consumerStart };
}

function isAlive({ pid, startTime }: User): boolean {
  const identity = processIdentity(pid);
  return identity !== undefined && (startTime === 0 || identity.startTime === startTime);
}
