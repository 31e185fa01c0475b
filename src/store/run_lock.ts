/**
 * Who may finish a run: one process at a time. A lock is an empty file whose
 * name says who holds it, so there is no moment at which it exists and says
 * nothing, and that of a process which was killed counts for nothing.
 *
 * @module
 */
import { closeSync, existsSync, openSync, readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ownIdentity, processIdentity } from "../runtime/process_identity.ts";

const LOCK_MARK = ".lock-";

/** Whether a file is a lock of this module's. */
export function isLock(name: string): boolean {
  return /\.lock-\d+-\d+$/.test(name);
}

/**
 * Takes the lock of `path`, which need not exist: its folder must.
 *
 * @returns What gives it back; undefined when somebody else has it, this
 * process included.
 * @throws with the code of the file system.
 */
export function takeLock(path: string): (() => void) | undefined {
  const own = ownLock(path);
  try {
    closeSync(openSync(own, "wx", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw error;
  }
  // First announced, then looked: of two who do this, at least one sees the other.
  const others = locksOf(path).filter((lock) => lock !== own);
  if (others.some(isHeld)) {
    rmSync(own, { force: true });
    return undefined;
  }
  for (const lock of others) rmSync(lock, { force: true });
  return () => rmSync(own, { force: true });
}

/** Like {@linkcode takeLock}, but waits for another process; not for this one, which would not end. */
export async function waitForLock(
  path: string,
  timeoutMs: number,
): Promise<(() => void) | undefined> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    if (existsSync(ownLock(path))) return undefined;
    const release = takeLock(path);
    if (release !== undefined || performance.now() >= end) return release;
    // Not in step with who does the same.
    await new Promise((resolve) => setTimeout(resolve, 10 + Math.random() * 40));
  }
}

/** Removes the locks in `folder` whose holders were killed and whose files are gone. */
export function sweepLocks(folder: string, prefix: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(prefix) || !isLock(name)) continue;
    const lock = join(folder, name);
    if (!isHeld(lock)) rmSync(lock, { force: true });
  }
}

function ownLock(path: string): string {
  const { pid, startTime } = ownIdentity();
  return `${path}${LOCK_MARK}${pid}-${startTime}`;
}

function locksOf(path: string): string[] {
  const folder = dirname(path);
  const prefix = basename(path) + LOCK_MARK;
  return readdirSync(folder).filter((name) => name.startsWith(prefix) && isLock(name))
    .map((name) => join(folder, name));
}

function isHeld(lock: string): boolean {
  const [, pid, startTime] = /-(\d+)-(\d+)$/.exec(lock)!;
  return processIdentity(Number(pid))?.startTime === Number(startTime);
}
