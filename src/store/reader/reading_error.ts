/**
 * What DuckDB's refusals to read a file mean to whoever named the file.
 *
 * @module
 */
import { RecordingError, type RecordingErrorCode } from "../../model/recording_error.ts";

interface Refusal {
  message: RegExp;
  code: RecordingErrorCode;
  state: string;
  hint?: string;
}

/** The first that fits holds. Messages of DuckDB 1.5.5. */
const REFUSALS: readonly Refusal[] = [
  {
    message: /Could not set lock on file|being used by another process|Conflicting lock/,
    code: "E_RECORDING_LOCKED",
    state: "another program is writing to it",
    hint: "try again when that program has ended",
  },
  {
    message: /Trying to read a database file with version number|newer version of DuckDB/,
    code: "E_RECORDING_NEWER",
    state: "a newer DuckDB wrote it",
    hint: "install a newer ferret",
  },
  {
    message: /replaying WAL|Corrupt WAL|WAL file/,
    code: "E_RECORDING_CORRUPT",
    state: "the log of changes beside it (.wal) is damaged",
    hint: "move the .wal file away to read what was stored before",
  },
  {
    message: /not a valid DuckDB database file|requires the sqlite|sqlite_scanner|encrypt/i,
    code: "E_RECORDING_FOREIGN",
    state: "it is not a DuckDB database",
  },
  {
    message: /Could not read enough bytes|could not read all bytes|No magic bytes found at end/i,
    code: "E_RECORDING_TRUNCATED",
    state: "its end is missing",
  },
  {
    message: /too small to be a Parquet file|Footer length error/,
    code: "E_RECORDING_TRUNCATED",
    state: "a part of it is cut off",
  },
  {
    message: /Permission denied/,
    code: "E_RECORDING_NOT_READABLE",
    state: "permission denied",
  },
  {
    message: /No such file or directory|Cannot open file|No files found/,
    code: "E_RECORDING_NOT_FOUND",
    state: "a part of it is gone",
  },
  {
    message: /^Out of Memory Error/,
    code: "E_RECORDING_CORRUPT",
    state: "its values need more memory than ferret takes",
  },
  {
    // What ferret asks is always the same: only values can make it wrong.
    message: /^(Conversion|Mismatch Type|Binder|Catalog|Permission) Error/,
    code: "E_RECORDING_CORRUPT",
    state: "it has values that no ferret writes",
  },
  {
    message:
      /Corrupt|checksum|Decompression failure|Failed to (read|deserialize)|Serialization Error|^(IO|INTERNAL|FATAL|Invalid Input|Out of Range) Error/i,
    code: "E_RECORDING_CORRUPT",
    state: "a part of it is damaged",
  },
];

/**
 * @returns The error to show, or `error` itself when it says nothing about the
 *   file: then it is a fault of ferret's.
 */
export function toRecordingError(path: string, error: unknown): unknown {
  if (error instanceof RecordingError) return error;
  const message = String((error as Error)?.message);
  const refusal = REFUSALS.find((candidate) => candidate.message.test(message));
  if (refusal === undefined) return error;
  const { code, state, hint } = refusal;
  return new RecordingError(code, { path, state, hint, cause: error });
}
