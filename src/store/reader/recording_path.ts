/**
 * From what the user wrote to a file or folder that may be a recording. What
 * can be said without a database is said here, in plain words.
 *
 * @module
 */
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { findPartials, type StoreKind } from "../partial.ts";
import { RecordingError } from "./recording_error.ts";

/** Bytes of a DuckDB file before its first block: three headers of 4 KiB. */
const DUCKDB_HEADER_BYTES = 3 * 4096;
/** They stand behind a checksum of eight bytes. */
const DUCKDB_MAGIC = "DUCK";
const DUCKDB_MAGIC_BYTE = 8;

/** A recording that is there. */
export interface RecordingPlace {
  path: string;
  kind: StoreKind;
  /** Number, id or beginning of an id, from `rec.duckdb#3` or `--run 3`. */
  run: string | undefined;
}

/**
 * Finds the recording that `text` names: a path, with `#<run>` behind it or not.
 *
 * @param run What `--run` says; it wins.
 * @throws {RecordingError} when there is nothing to open.
 */
export function locateRecording(text: string, run?: string): RecordingPlace {
  const { path, suffix } = splitRun(text);
  const stat = statOf(path);
  if (stat === undefined) throw notFound(path);
  if (stat.isDirectory()) {
    requireParquet(path);
    return { path, kind: "parquet", run: run ?? suffix };
  }
  requireDuckdb(path, stat);
  return { path, kind: "duckdb", run: run ?? suffix };
}

/** A file that has a `#` in its name is meant literally. */
function splitRun(text: string): { path: string; suffix?: string } {
  const hash = text.lastIndexOf("#");
  if (hash <= 0 || hash === text.length - 1 || existsSync(text)) return { path: text };
  return { path: text.slice(0, hash), suffix: text.slice(hash + 1) };
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    const state = code === "EACCES" ? "permission denied" : `the system says ${code ?? error}`;
    throw new RecordingError("E_RECORDING_DENIED", { path, state, cause: error });
  }
}

function notFound(path: string): RecordingError {
  if (path !== "" && findPartials(path).length > 0) {
    return new RecordingError("E_RECORDING_IN_USE", {
      path,
      state: "its first run is still being written, or was cut off",
      hint: "ferret recover finishes what was cut off",
    });
  }
  return new RecordingError("E_RECORDING_NOT_FOUND", {
    path,
    state: "there is no such file",
    hint: "ferret run <script> makes a recording",
  });
}

function requireDuckdb(path: string, stat: Stats): void {
  if (!stat.isFile()) {
    throw new RecordingError("E_RECORDING_FOREIGN", { path, state: "it is not a file" });
  }
  if (stat.size === 0) {
    throw new RecordingError("E_RECORDING_EMPTY", { path, state: "it is empty" });
  }
  const head = readHead(path);
  const magic = head.subarray(DUCKDB_MAGIC_BYTE, DUCKDB_MAGIC_BYTE + DUCKDB_MAGIC.length);
  if (magic.toString("latin1") !== DUCKDB_MAGIC) {
    throw new RecordingError("E_RECORDING_FOREIGN", { path, state: "it is not a recording" });
  }
  if (stat.size < DUCKDB_HEADER_BYTES) {
    throw new RecordingError("E_RECORDING_TRUNCATED", { path, state: "it is truncated" });
  }
}

function readHead(path: string): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(path, "r");
  } catch (error) {
    throw new RecordingError("E_RECORDING_DENIED", {
      path,
      state: "permission denied",
      cause: error,
    });
  }
  try {
    const head = Buffer.alloc(DUCKDB_MAGIC_BYTE + DUCKDB_MAGIC.length);
    readSync(descriptor, head, 0, head.length, 0);
    return head;
  } finally {
    closeSync(descriptor);
  }
}

function requireParquet(path: string): void {
  const entries = readdirSync(path, { recursive: true, encoding: "utf8" });
  if (entries.some((name) => /(^|[/\\])runs[^/\\]*\.parquet$/.test(name))) return;
  if (findPartials(path.endsWith("/") ? path : `${path}/`).length > 0) {
    throw new RecordingError("E_RECORDING_IN_USE", {
      path,
      state: "its first run is still being written, or was cut off",
      hint: "ferret recover finishes what was cut off",
    });
  }
  const state = entries.length === 0 ? "the folder is empty" : "the folder holds no recording";
  throw new RecordingError(entries.length === 0 ? "E_RECORDING_EMPTY" : "E_RECORDING_FOREIGN", {
    path,
    state,
  });
}
