/**
 * Why a path cannot hold a recording, as something to tell the user.
 *
 * @module
 */

/** What is wrong with the path. */
export type OutputErrorCode =
  /** Its folder does not exist or cannot be written to. */
  | "E_OUTPUT_FOLDER"
  /** A DuckDB recording was asked for and the path is a folder, or the other way round. */
  | "E_OUTPUT_KIND"
  /** It is a file that ferret did not write. */
  | "E_OUTPUT_FOREIGN"
  /** A newer ferret wrote it. */
  | "E_OUTPUT_NEWER"
  /** Another program has it open. */
  | "E_OUTPUT_LOCKED"
  /** The file system does not let us: the disk is full, say. */
  | "E_OUTPUT_DISK";

export class OutputError extends Error {
  override name = "OutputError";
  readonly code: OutputErrorCode;
  readonly path: string;

  constructor(
    code: OutputErrorCode,
    options: { path: string; state: string; cause?: unknown },
  ) {
    super(`Cannot record to "${options.path}": ${options.state}`, { cause: options.cause });
    this.code = code;
    this.path = options.path;
  }
}
