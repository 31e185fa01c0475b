/**
 * A named pipe: unlike the one that `spawn` makes, its inode is known before
 * the program starts, by which a process tells it from any other file that
 * may be its descriptor 3.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { closeSync, constants, fstatSync, openSync, readSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { keepNonBlocking } from "../../src/runtime/libc.ts";

const { O_RDONLY, O_WRONLY, O_NONBLOCK } = constants;

const POLL_MS = 5;

export class NamedPipe {
  /** For the program: a write to a full pipe fails instead of blocking it. */
  readonly writeFd: number;
  readonly inode: number;
  readonly #readFd: number;
  readonly #buffer = new Uint8Array(64 * 1024);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isWriteClosed = false;

  /** @throws where there are no named pipes. */
  constructor(folder: string) {
    // A mkfifo that is found there makes something else.
    if (process.platform === "win32") throw new Error("Cannot create a named pipe on Windows");
    const path = join(folder, "pipe");
    const { status } = spawnSync("mkfifo", ["-m", "600", path], { stdio: "ignore" });
    if (status !== 0) throw new Error(`Cannot create the pipe "${path}"`);
    this.#readFd = openSync(path, O_RDONLY | O_NONBLOCK);
    this.writeFd = openSync(path, O_WRONLY | O_NONBLOCK);
    this.inode = fstatSync(this.writeFd).ino;
    rmSync(path);
  }

  /** Reads while the program runs. `receive` returns false when it cannot take more right now. */
  begin(receive: (bytes: Uint8Array) => boolean): void {
    keepNonBlocking(this.writeFd);
    closeSync(this.writeFd);
    this.#isWriteClosed = true;
    const poll = () => {
      const isBusy = this.#readOnce(receive);
      this.#timer = setTimeout(poll, isBusy ? 0 : POLL_MS);
    };
    poll();
  }

  /** Reads what is left, now that the program has ended. Waits for `receive` if it has to. */
  async drain(receive: (bytes: Uint8Array) => boolean): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#readOnce(receive)) await new Promise((resolve) => setTimeout(resolve, 0));
  }

  close(): void {
    clearTimeout(this.#timer);
    if (!this.#isWriteClosed) closeSync(this.writeFd);
    this.#isWriteClosed = true;
    closeSync(this.#readFd);
  }

  /** @returns Whether there may be more right now. */
  #readOnce(receive: (bytes: Uint8Array) => boolean): boolean {
    // Nothing new: what is full may have room again.
    if (!receive(this.#buffer.subarray(0, 0))) return true;
    let length = 0;
    try {
      length = readSync(this.#readFd, this.#buffer, 0, this.#buffer.length, null);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
    if (length === 0) return false;
    receive(this.#buffer.slice(0, length));
    return true;
  }
}
