/**
 * What `error.type` says of an error of the runtime: its code, such as `ENOENT`,
 * and else its class.
 *
 * @module
 */
import { exceptionAttributes } from "../recorder/exceptions.ts";

const MAX_CODE_CHARS = 64;

/** Reads no getter of the program's. */
export function errorType(error: unknown): string {
  try {
    if (typeof error === "object" && error !== null) {
      const code: unknown = Object.getOwnPropertyDescriptor(error, "code")?.value;
      if (typeof code === "string" && code !== "") return code.slice(0, MAX_CODE_CHARS);
    }
  } catch {
    // A proxy.
  }
  return exceptionAttributes(error)["exception.type"] ?? "unknown";
}
