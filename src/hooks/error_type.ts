/**
 * What `error.type` says of an error of the runtime: its code, such as `ENOENT`,
 * and else its class.
 *
 * @module
 */
import { exceptionAttributes } from "../recorder/exceptions.ts";
import { Object } from "../runtime/intrinsics.ts";

const MAX_CODE_CHARS = 64;

/** Reads no getter of the program's. */
export function errorType(error: unknown): string {
  return codeOf(error) ?? exceptionAttributes(error)["exception.type"] ?? "unknown";
}

/** The code that runtimes give to their errors. */
export function codeOf(error: unknown): string | undefined {
  try {
    for (let from: unknown = error; isObject(from); from = Object.getPrototypeOf(from)) {
      const code: unknown = Object.getOwnPropertyDescriptor(from, "code")?.value;
      if (typeof code === "string" && code !== "") return code.slice(0, MAX_CODE_CHARS);
    }
  } catch {
    // A proxy.
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
