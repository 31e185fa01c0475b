/**
 * Why a recording cannot be read, as something to tell the user.
 *
 * @module
 */

/** What is wrong with it. */
export type RecordingErrorCode =
  | "E_RECORDING_NOT_FOUND"
  | "E_RECORDING_EMPTY"
  | "E_RECORDING_TRUNCATED"
  /** It is not DuckDB's, or a folder without Parquet files of ferret's. */
  | "E_RECORDING_FOREIGN"
  /** A database without ferret's tables. */
  | "E_RECORDING_TABLES"
  /** A newer ferret, or a newer DuckDB, wrote it. */
  | "E_RECORDING_NEWER"
  /** A run is writing it, or another program has it open. */
  | "E_RECORDING_IN_USE"
  /** The run that wrote it was cut off. */
  | "E_RECORDING_UNFINISHED"
  | "E_RECORDING_DAMAGED"
  | "E_RECORDING_DENIED"
  /** The recording is fine and has no such run. */
  | "E_RUN_NOT_FOUND";

/** A recording that cannot be read: exit code 4. */
export class RecordingError extends Error {
  override name = "RecordingError";
  readonly code: RecordingErrorCode;
  readonly path: string;
  /** What to do about it. */
  readonly hint: string | undefined;

  constructor(
    code: RecordingErrorCode,
    options: { path: string; state: string; hint?: string; cause?: unknown },
  ) {
    super(`Cannot read "${options.path}": ${options.state}`, { cause: options.cause });
    this.code = code;
    this.path = options.path;
    this.hint = options.hint;
  }
}

/** What a failure of DuckDB's says about the recording at `path`. */
export function toRecordingError(path: string, error: unknown): RecordingError {
  if (error instanceof RecordingError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const [code, state] = explain(message);
  return new RecordingError(code, { path, state, cause: error });
}

function explain(message: string): [RecordingErrorCode, string] {
  if (/Could not set lock|used by another process|Conflicting lock/.test(message)) {
    return ["E_RECORDING_IN_USE", "another program is writing to it"];
  }
  if (/not a valid DuckDB database file|No magic bytes/.test(message)) {
    return ["E_RECORDING_FOREIGN", "it is not a recording"];
  }
  if (/read a database file with version number|newer version of DuckDB/.test(message)) {
    return ["E_RECORDING_NEWER", "a newer ferret wrote it"];
  }
  if (/Could not read enough bytes|too small to be a Parquet/.test(message)) {
    return ["E_RECORDING_TRUNCATED", "it is truncated"];
  }
  if (/Permission denied/.test(message)) {
    return ["E_RECORDING_DENIED", "permission denied"];
  }
  return ["E_RECORDING_DAMAGED", "it is damaged"];
}
