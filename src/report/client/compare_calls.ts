/**
 * Finds the paths of one call tree in another: paths are the same when the names
 * on them are.
 *
 * @module
 */
import type { CallPaths } from "../page_requests.ts";

/** @returns For each path of `after` its total time in `before`; -1 where it is not there. */
export function compareCalls(before: CallPaths, after: CallPaths): Float64Array {
  const known = new Map<string, number>();
  const idsBefore = walk(before, (id, path) => known.set(id, before.totalNs[path]!));
  const result = new Float64Array(after.key.length).fill(-1);
  walk(after, (id, path) => result[path] = known.get(id) ?? -1, idsBefore);
  return result;
}

/** Names every path by its own name and the number of its caller's path, which both trees share. */
function walk(
  { keys, key, parent }: CallPaths,
  use: (id: string, path: number) => void,
  numbers = new Map<string, number>(),
): Map<string, number> {
  const own = new Int32Array(key.length);
  // Callers come before what they called.
  for (let path = 0; path < key.length; path++) {
    const { name, scope } = keys[key[path]!]!;
    const caller = parent[path]! < 0 ? -1 : own[parent[path]!]!;
    const id = `${caller} ${scope}:${name}`;
    if (!numbers.has(id)) numbers.set(id, numbers.size);
    own[path] = numbers.get(id)!;
    use(id, path);
  }
  return numbers;
}
