/**
 * Whether this process could map a file, found out without doing it.
 *
 * @module
 */
import { createRequire } from "node:module";
import process from "node:process";
import { runtimeName } from "./self.ts";

/** Whether `mapFile` can work here. On Windows it is not built. */
export function canMapFiles(): boolean {
  if (process.platform === "win32") return false;
  switch (runtimeName()) {
    case "bun":
      return true;
    case "deno": {
      const { Deno } = globalThis as unknown as {
        Deno: { permissions: { querySync(descriptor: { name: string }): { state: string } } };
      };
      return Deno.permissions.querySync({ name: "ffi" }).state === "granted";
    }
    case "node":
      return isKoffiInstalled();
  }
}

/** Whether a Node program can map files: the package is optional. */
export function isKoffiInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve("koffi");
    return true;
  } catch {
    return false;
  }
}
