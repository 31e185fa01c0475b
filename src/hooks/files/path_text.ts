/**
 * Paths as a program gives them, as text.
 *
 * @module
 */

const MAX_PATH_CHARS = 1024;
const LAST_STANDARD_DESCRIPTOR = 2;

/** Standard input, output and error: where they lead is not the program's affair. */
export function isStandardDescriptor(path: unknown): boolean {
  return typeof path === "number" && path <= LAST_STANDARD_DESCRIPTOR;
}

/** The text of a string, a `file:` URL or bytes, as given; undefined for a descriptor. */
export function pathText(path: unknown): string | undefined {
  if (typeof path === "string") return clip(path);
  try {
    if (path instanceof URL) return clip(decodeURIComponent(path.pathname));
    if (path instanceof Uint8Array) {
      return new TextDecoder().decode(path.subarray(0, MAX_PATH_CHARS));
    }
  } catch {
    // No path: the call will say so.
  }
  return undefined;
}

function clip(path: string): string {
  return path.length > MAX_PATH_CHARS ? path.slice(0, MAX_PATH_CHARS) : path;
}
