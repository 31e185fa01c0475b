/**
 * Deno: the user's files, transpiled already, go through the load hook.
 *
 * @module
 */
import type { LoadFile, LoadResult } from "../module_hooks.ts";
import type { Instrument } from "./instrument.ts";
import { acornParse, type Parsers, type SourceKind } from "./parsers.ts";

/** Creates what the load hook calls for each file. */
export function createDenoLoader(
  instrument: Instrument,
  options: { pattern: RegExp; parsers: Parsers },
): LoadFile {
  const { pattern, parsers } = options;
  return ({ path, isRequired, read }) => {
    if (!pattern.test(path)) return undefined;
    const source = read();
    if (source === undefined) return undefined;
    const attempt = (kind: SourceKind): LoadResult | undefined => {
      const code = instrument(source, path, acornParse(parsers, kind));
      return code === undefined ? undefined : { format: kind, source: code, shortCircuit: true };
    };
    // `require` may get an ES module, which does not parse as a script.
    return isRequired ? attempt("commonjs") ?? attempt("module") : attempt("module");
  };
}
