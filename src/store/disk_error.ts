/**
 * Which failures are the file system's: they pass when somebody makes room, or
 * gives a folder back, and what failed can then be done after all.
 *
 * @module
 */

/** System errors by code: of Node's file functions. */
const CODES = new Set([
  "ENOSPC",
  "EDQUOT",
  "EROFS",
  "EIO",
  "EACCES",
  "EPERM",
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "EMFILE",
  "ENFILE",
  "ESTALE",
  "EFBIG",
  "EBUSY",
]);

/** The same in DuckDB's messages, which end in what the system says. */
const SENTENCES =
  /No space left on device|Disk quota exceeded|Read-only file system|Input\/output error|Permission denied|No such file or directory|Not a directory|Is a directory|Too many open files|Stale file handle|File too large|Could not set lock/i;

/** Those of them that say that there is no room. */
const NO_ROOM = /\b(ENOSPC|EDQUOT|EFBIG)\b|No space left|Disk quota exceeded|File too large/i;

/** Whether an error is the file system's. */
export function isDiskError(error: unknown): boolean {
  return CODES.has(codeOf(error) ?? "") || SENTENCES.test(messageOf(error));
}

/** Whether an error says that the disk is full, or what of it is ours. */
export function isNoRoom(error: unknown): boolean {
  return NO_ROOM.test(`${codeOf(error)} ${messageOf(error)}`);
}

/** What an error of the file system says, without what DuckDB did at that moment. */
export function diskReason(error: unknown): string {
  const message = messageOf(error).split("\n", 1)[0]!;
  const [sentence] = SENTENCES.exec(message) ?? [];
  return sentence === undefined ? message : sentence[0]!.toLowerCase() + sentence.slice(1);
}

function codeOf(error: unknown): string | undefined {
  return (error as { code?: string } | null)?.code;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
