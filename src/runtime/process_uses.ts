/**
 * What a process still holds on to, as Linux shows it. Elsewhere nobody can
 * tell, and the answer is that nothing is known.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";

/** Where a process can name something. */
type NamingPlace = "environ" | "cmdline";

/** Processes of this user that have `text` in their environment, or where else it is looked for. */
export function processesNaming(
  text: string,
  places: readonly NamingPlace[] = ["environ"],
): number[] {
  let names: string[];
  try {
    names = readdirSync("/proc");
  } catch {
    return [];
  }
  return names.filter((name) => /^\d+$/.test(name)).filter((name) =>
    places.some((place) => {
      try {
        return readFileSync(`/proc/${name}/${place}`).includes(text);
      } catch {
        // Ended, or somebody else's, which no process of ours becomes.
        return false;
      }
    })
  ).map(Number);
}

/** Whether a process has a file mapped; undefined where that cannot be told. */
export function hasMapped(pid: number, path: string): boolean | undefined {
  try {
    return readFileSync(`/proc/${pid}/maps`, "utf8").includes(path);
  } catch {
    return undefined;
  }
}
