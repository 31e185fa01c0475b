/**
 * Node reads modules by the same functions that programs read files by. First it
 * asks for the real path of a module, with an option that nobody else has.
 *
 * @module
 */
import { Object, Set } from "../../runtime/intrinsics.ts";

/** Paths that Node is about to read. */
const expected = new Set<string>();

/** For `realpathSync`: told what the loader gets. */
export function isAskedByLoader(
  _self: unknown,
  args: ArrayLike<unknown>,
): boolean {
  const options = args[1];
  if (typeof options !== "object" || options === null) return false;
  if (Object.getOwnPropertySymbols(options).length === 0) return false;
  if (typeof args[0] === "string") expected.add(args[0]);
  return true;
}

/** For `readFileSync`. */
export function isReadByLoader(
  _self: unknown,
  args: ArrayLike<unknown>,
): boolean {
  const path = args[0];
  if (typeof path === "string") return expected.delete(path);
  if (!(path instanceof URL) || args.length !== 1) return false;
  return expected.delete(decodeURIComponent(path.pathname));
}
