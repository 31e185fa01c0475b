/**
 * Where a linted file lies within the project.
 *
 * @module
 */

/** Absolute, with a slash at the end. */
export const PROJECT_ROOT = decodeURIComponent(new URL("..", import.meta.url).pathname);

/** The file's path from the project's root, or `undefined` when it is elsewhere. */
export function projectPath(filename: string): string | undefined {
  const path = filename.replaceAll("\\", "/");
  if (path.startsWith(PROJECT_ROOT)) return path.slice(PROJECT_ROOT.length);
  // The rules' own tests lint text under a name that stands for a path in the project.
  return path.startsWith("/") ? undefined : path;
}

/** Whether the file is part of what users install. */
export function isShipped(filename: string): boolean {
  const path = projectPath(filename);
  return path !== undefined &&
    (path === "mod.ts" || path.startsWith("src/") || path.startsWith("cli/"));
}
