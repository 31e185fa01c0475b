/**
 * Where ferret's own modules are: TypeScript in the repository, JavaScript in
 * the package.
 *
 * @module
 */

/** URL of a module of ferret's, named from the root without its extension. */
export function ownModule(path: string): string {
  const extension = import.meta.url.endsWith(".ts") ? ".ts" : ".js";
  return new URL(`../../${path}${extension}`, import.meta.url).href;
}
