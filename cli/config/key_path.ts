/**
 * Ways to a setting, and how they are written.
 *
 * @module
 */

/** Keys and indices that lead to a value. */
export type KeyPath = readonly (string | number)[];

/** `check.thresholds["http.server:*"][1]`. */
export function formatKeyPath(path: KeyPath): string {
  return path.map((part, i) => {
    if (typeof part === "number") return `[${part}]`;
    if (!/^[$\w]+$/.test(part)) return `[${JSON.stringify(part)}]`;
    return i === 0 ? part : `.${part}`;
  }).join("");
}

/** What stands at the path. */
export function valueAtPath(root: unknown, path: KeyPath): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) {
      return undefined;
    }
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}
