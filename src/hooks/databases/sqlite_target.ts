/**
 * Which file a database of SQLite is.
 *
 * @module
 */
import type { Target } from "./database.ts";
import { WeakMap } from "../../runtime/intrinsics.ts";

const targets = new WeakMap<object, Target>();

/** The file of a database, asked for once. */
export function sqliteTarget(database: object, nameOf: () => unknown): Target {
  let target = targets.get(database);
  if (target === undefined) {
    let name: unknown;
    try {
      name = nameOf();
    } catch {
      // It is closed.
    }
    const isFile = typeof name === "string" && name !== "";
    target = {
      system: "sqlite",
      namespace: isFile ? name as string : ":memory:",
    };
    targets.set(database, target);
  }
  return target;
}
