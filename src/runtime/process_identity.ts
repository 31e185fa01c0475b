/**
 * Which process a process id means: an id is given out again, an id together
 * with its start time is not.
 *
 * @module
 */
import { readFileSync } from "node:fs";

/** A process that is alive. */
export interface ProcessIdentity {
  pid: number;
  /** Clock ticks from boot to its start (Linux); 0 where the system does not tell. */
  startTime: number;
}

/** The living process `pid`, or undefined when there is none. */
export function processIdentity(pid: number): ProcessIdentity | undefined {
  if (!isAlive(pid)) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the name in brackets and may hold anything, brackets included.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended and only waits for its parent to ask how.
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    return { pid, startTime: Number(fields[19]) };
  } catch {
    return { pid, startTime: 0 };
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive too.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return processIdentity(process.pid) ?? { pid: process.pid, startTime: 0 };
}
