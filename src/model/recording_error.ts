/**
 * Why a recording cannot be read, as something to tell the user.
 *
 * @module
 */

/** What is wrong with the recording. */
export type RecordingErrorCode =
  /** There is nothing at the path. */
  | "E_RECORDING_NOT_FOUND"
  /** It may not be read, or is neither a file nor a folder. */
  | "E_RECORDING_NOT_READABLE"
  /** The file has no bytes, or the folder no run. */
  | "E_RECORDING_EMPTY"
  /** Its end is missing. */
  | "E_RECORDING_TRUNCATED"
  /** It is something else: not DuckDB, not Parquet. */
  | "E_RECORDING_FOREIGN"
  /** A database without ferret's tables, or with other columns than ferret's. */
  | "E_RECORDING_TABLES"
  /** A newer ferret or DuckDB wrote it. */
  | "E_RECORDING_NEWER"
  /** Somebody writes to it. */
  | "E_RECORDING_LOCKED"
  /** A part of it is damaged. */
  | "E_RECORDING_CORRUPT"
  /** It has runs, but not the one asked for. */
  | "E_RECORDING_NO_SUCH_RUN";

/** Details of a {@linkcode RecordingError}. */
export interface RecordingErrorDetails {
  path: string;
  /** What is wrong, to stand after a colon. */
  state: string;
  /** What to do about it. */
  hint?: string | undefined;
  cause?: unknown;
}

export class RecordingError extends Error {
  override name = "RecordingError";
  readonly code: RecordingErrorCode;
  readonly path: string;
  readonly hint: string | undefined;

  constructor(code: RecordingErrorCode, details: RecordingErrorDetails) {
    super(`Cannot read "${details.path}": ${details.state}`, { cause: details.cause });
    this.code = code;
    this.path = details.path;
    this.hint = details.hint;
  }
}
