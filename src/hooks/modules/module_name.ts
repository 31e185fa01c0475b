/**
 * What a module is called: a package by its name, a file of the program by its
 * path in the project.
 *
 * @module
 */

/** A name, and whose module it is. */
export interface ModuleName {
  name: string;
  /** The same for all files of a package. */
  owner: string;
  /** Path from the project's folder, or the absolute one of what lies elsewhere. */
  path: string;
}

const PACKAGE = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//;
/** `…/npm/registry.npmjs.org/@scope/name/1.2.3/…`: Deno's own cache. */
const CACHED_PACKAGE = /.*\/npm\/[^/]+\/((?:@[^/]+\/)?[^/]+)\/\d+\.\d+\.\d[^/]*\//;

/** Names the module in a file. */
export function nameModule(file: string, root: string): ModuleName {
  const isInside = file.startsWith(`${root}/`);
  const path = isInside ? file.slice(root.length + 1) : file;
  const packageName = (PACKAGE.exec(file) ?? CACHED_PACKAGE.exec(file))?.[1];
  if (packageName !== undefined) return { name: packageName, owner: packageName, path };
  return { name: isInside ? `./${path}` : path, owner: file, path };
}
