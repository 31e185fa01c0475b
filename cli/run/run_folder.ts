/**
 * The private folder of a run, after the run. A process that outlives it may
 * still start others with the run's preloads in their environment, and a
 * preload that is gone would keep those from starting. So what such processes
 * load is left behind, empty, until nobody can need it any more.
 *
 * @module
 */
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { FOLDER_PREFIX, ringFolders } from "../../src/runtime/private_folder.ts";
import { processIdentity } from "../../src/runtime/process_identity.ts";
import { PARENT_VARIABLE } from "../../src/hooks/children.ts";
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
  if (users.length === 0 && !isNamedByAnyProcess(folder)) {
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
  for (const parent of ringFolders()) {
    try {
      for (const name of readdirSync(parent)) {
        const folder = join(parent, name);
        if (name.startsWith(FOLDER_PREFIX) && isAbandoned(folder)) {
          rmSync(folder, { recursive: true, force: true });
        }
      }
    } catch {
      // Another user's, or just removed by another ferret.
    }
  }
}

function isAbandoned(folder: string): boolean {
  const path = join(folder, USERS_FILE);
  if (!existsSync(path) || statSync(path).uid !== process.getuid?.()) return false;
  const users = JSON.parse(readFileSync(path, "utf8")) as User[];
  const isUsed = users.some(({ pid, startTime }) => processIdentity(pid)?.startTime === startTime);
  return !isUsed && !isNamedByAnyProcess(folder);
}

/** Linux: whether a process has the folder in its environment. */
function isNamedByAnyProcess(folder: string): boolean {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return false;
  }
  return names.some((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return readFileSync(`/proc/${name}/environ`).includes(folder);
    } catch {
      // Ended, or somebody else's, which no process of ours becomes.
      return false;
    }
  });
}
