/**
 * A real disk of a few megabytes, in memory, that a test can fill and empty.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const FILLER = ".filler";

export class SmallDisk {
  readonly path: string;

  /** @throws when this user may not mount: these tests are for root, or somebody with sudo. */
  constructor(megabytes: number) {
    this.path = mkdtempSync(join(tmpdir(), "ferret-disk-"));
    const options = `size=${megabytes}m,mode=0777`;
    asRoot(["mount", "-t", "tmpfs", "-o", options, "ferret-test", this.path]);
  }

  /** Takes all room but `leftBytes`. */
  fill(leftBytes = 0): void {
    const fd = openSync(join(this.path, FILLER), "a");
    try {
      for (let bytes = 65_536; bytes >= 1; bytes = Math.floor(bytes / 16)) {
        while (tryWrite(fd, bytes));
      }
    } finally {
      closeSync(fd);
    }
    if (leftBytes > 0) this.#giveBack(leftBytes);
  }

  /** Gives the room back. */
  free(): void {
    rmSync(join(this.path, FILLER), { force: true });
  }

  [Symbol.dispose](): void {
    asRoot(["umount", "-l", this.path]);
    rmSync(this.path, { recursive: true, force: true });
  }

  #giveBack(bytes: number): void {
    asRoot(["truncate", "-s", `-${bytes}`, join(this.path, FILLER)]);
  }
}

function tryWrite(fd: number, bytes: number): boolean {
  try {
    return writeSync(fd, new Uint8Array(bytes)) === bytes;
  } catch {
    return false;
  }
}

function asRoot(command: string[]): void {
  const line = process.getuid?.() === 0 ? command : ["sudo", "-n", ...command];
  const { status, stderr, error } = spawnSync(line[0]!, line.slice(1), { encoding: "utf8" });
  if (status !== 0) {
    const why = error?.message ?? stderr.trim();
    throw new Error(`Cannot test a full disk: "${line.join(" ")}" needs root or sudo: ${why}`);
  }
}
