/**
 * A file that a command writes: beside its place until it is complete, so that
 * nobody ever finds half of one, and readable for its user alone.
 *
 * @module
 */
import { closeSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import process from "node:process";
import { UsageError } from "./errors.ts";
import { onInterruption } from "./interruption.ts";

/** At this byte a DuckDB file says that it is one. */
const DUCKDB_MARK_BYTE = 8;
const DUCKDB_MARK = "DUCK";

export class OutputFile {
  /** Bytes so far. */
  bytes = 0;
  readonly #path: string;
  readonly #partial: string;
  readonly #fd: number;
  readonly #unwatch: () => void;
  #isOpen = true;

  private constructor(path: string, partial: string, fd: number) {
    this.#path = path;
    this.#partial = partial;
    this.#fd = fd;
    this.#unwatch = onInterruption(() => rmSync(partial, { force: true }));
  }

  /** @throws {UsageError} when the path cannot be written to, or holds a recording. */
  static create(path: string): OutputFile {
    if (isDatabase(path)) {
      throw new UsageError(`Cannot write "${path}": it is a recording, or another database`);
    }
    // A file can be put in the place of anything but this, and not before it is complete.
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw cannotWrite(path, "EISDIR");
    const partial = `${path}.partial-${process.pid}`;
    try {
      return new OutputFile(path, partial, openSync(partial, "wx", 0o600));
    } catch (error) {
      throw cannotWrite(path, (error as NodeJS.ErrnoException).code);
    }
  }

  write(piece: string | Uint8Array): void {
    const bytes = typeof piece === "string" ? new TextEncoder().encode(piece) : piece;
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      throw cannotWrite(this.#path, (error as NodeJS.ErrnoException).code);
    }
    this.bytes += bytes.length;
  }

  /** Puts the file in its place. */
  finish(): void {
    this.#close();
    try {
      renameSync(this.#partial, this.#path);
    } catch (error) {
      throw cannotWrite(this.#path, (error as NodeJS.ErrnoException).code);
    }
    this.#unwatch();
  }

  /** Leaves nothing behind. */
  discard(): void {
    this.#close();
    rmSync(this.#partial, { force: true });
    this.#unwatch();
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#fd);
    this.#isOpen = false;
  }
}

function isDatabase(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    const fd = openSync(path, "r");
    try {
      const mark = new Uint8Array(DUCKDB_MARK.length);
      readSync(fd, mark, 0, mark.length, DUCKDB_MARK_BYTE);
      return new TextDecoder().decode(mark) === DUCKDB_MARK;
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  }
}

function cannotWrite(path: string, code: string | undefined): UsageError {
  return new UsageError(`Cannot write "${path}": ${describe(code)}`);
}

function describe(code: string | undefined): string {
  switch (code) {
    case "ENOENT":
      return "its folder does not exist";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "permission denied";
    case "EISDIR":
      return "it is a folder";
    case "ENOSPC":
    case "EDQUOT":
      return "the disk is full";
    default:
      return code ?? "unknown";
  }
}
