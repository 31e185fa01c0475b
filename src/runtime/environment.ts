/**
 * The environment this process was started with. Bun adds what it finds in
 * `.env` files to `process.env`; passed on, that would be stronger than the
 * files that the program itself names.
 *
 * Linux only: elsewhere `bun --no-env-file` has to keep the files out.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import { runtimeName } from "./self.ts";

/** A copy of the environment, without what the runtime itself added. */
export function startingEnvironment(): Record<string, string | undefined> {
  if (runtimeName() !== "bun" || process.platform !== "linux") return { ...process.env };
  try {
    const environment: Record<string, string> = {};
    for (const entry of readFileSync("/proc/self/environ", "utf8").split("\0")) {
      const equals = entry.indexOf("=");
      if (equals > 0) environment[entry.slice(0, equals)] = entry.slice(equals + 1);
    }
    return environment;
  } catch {
    return { ...process.env };
  }
}
