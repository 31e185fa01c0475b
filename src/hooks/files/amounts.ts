/**
 * How much a call read or wrote, where that costs nothing to know: a text's
 * length says nothing of its bytes.
 *
 * @module
 */
import type { Amount } from "./file_calls.ts";

/** A whole file was read. */
export const SIZE_OF_RESULT: Amount = { key: "file.size", bytesOf: byteLength };

/** A whole file was written, from the second argument. */
export const SIZE_OF_DATA: Amount = {
  key: "file.size",
  bytesOf: (_value, args) => byteLength(args[1]),
};

/** The result is the number of bytes, of a file. */
export const SIZE_RETURNED: Amount = {
  key: "file.size",
  bytesOf: (value) => typeof value === "number" ? value : undefined,
};

/** The result is the number of bytes that were read or written, or has it. */
export const BYTES_RETURNED: Amount = {
  key: "file.io.bytes",
  bytesOf: countOf,
};

function byteLength(data: unknown): number | undefined {
  return ArrayBuffer.isView(data) || data instanceof ArrayBuffer ? data.byteLength : undefined;
}

function countOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "object" || value === null) return undefined;
  const { bytesRead, bytesWritten } = value as {
    bytesRead?: number;
    bytesWritten?: number;
  };
  return bytesRead ?? bytesWritten;
}
