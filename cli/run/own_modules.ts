/**
 * Where ferret's own modules are: TypeScript in the repository, JavaScript in
 * the package.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** URL of a module of ferret's, named from the root without its extension. */
export function ownModule(path: string): string {
  const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  return new URL(`../../${path}${extension}`, import.meta.url).href;
}

/** Absolute paths of ferret's own code, which is never instrumented. */
export function ownFolders(): string[] {
  return ["src", "cli", "mod.ts", "mod.js"].map((path) =>
    fileURLToPath(new URL(`../../${path}`, import.meta.url))
  );
}
