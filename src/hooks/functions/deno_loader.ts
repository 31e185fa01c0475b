/**
 * Deno: the user's files, transpiled already, go through the load hook.
 *
 * @module
 */
import { showOriginalText } from "../function_text.ts";
import type { LoadFile, LoadResult } from "../module_hooks.ts";
import type { Instrument } from "./instrument.ts";
import { OriginalTexts, withoutInsertions } from "./original_text.ts";
import { acornParse, type Parsers, type SourceKind } from "./parsers.ts";

/** Creates what the load hook calls for each file. */
export function createDenoLoader(
  instrument: Instrument,
  options: { pattern: RegExp; parsers: Parsers },
): LoadFile {
  const { pattern, parsers } = options;
  const texts = new OriginalTexts(withoutInsertions);
  showOriginalText((text) => texts.of(text));
  return ({ path, isRequired, read }) => {
    if (!pattern.test(path)) return undefined;
    const source = read();
    if (source === undefined) return undefined;
    const attempt = (kind: SourceKind): LoadResult | undefined => {
      const file = instrument(source, path, acornParse(parsers, kind));
      if (file === undefined) return undefined;
      texts.add(file, file.numbers);
      return { format: kind, source: file.code, shortCircuit: true };
    };
    // `require` may get an ES module, which does not parse as a script.
    return isRequired ? attempt("commonjs") ?? attempt("module") : attempt("module");
  };
}
