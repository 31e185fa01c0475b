/**
 * Node: the user's files go through the load hook as they were written. Node
 * takes the types out of TypeScript afterwards, and leaves everything else
 * where it is.
 *
 * @module
 */
import { builtin } from "../../runtime/self.ts";
import { showOriginalText } from "../function_text.ts";
import type { LoadedFile, LoadFile, LoadResult } from "../module_hooks.ts";
import type { Instrument } from "./instrument.ts";
import { type InstrumentedFile, OriginalTexts, withoutInsertions } from "./original_text.ts";
import { oxcParse, type SourceKind } from "./parsers.ts";

interface NodeFile extends InstrumentedFile {
  isTypeScript: boolean;
  /** The source that functions have their text from, when somebody has asked for it. */
  compiled: string | undefined;
}

/** Creates what the load hook calls for each file. */
export function createNodeLoader(instrument: Instrument, pattern: RegExp): LoadFile {
  const texts = new OriginalTexts<NodeFile>((file, text) => {
    // As Node compiles it: blanks where types were, so that all else is where it was.
    file.compiled ??= file.isTypeScript ? withoutTypes(file.source) : file.source;
    return withoutInsertions({ source: file.compiled, insertions: file.insertions }, text);
  });
  showOriginalText((text) => texts.of(text));
  return (file) => {
    if (!pattern.test(file.path)) return undefined;
    const source = file.read();
    if (source === undefined) return undefined;
    for (const kind of kindsOf(file)) {
      const result = attempt(source, file.path, kind);
      if (result !== undefined) return result;
    }
    return undefined;
  };

  function attempt(source: string, path: string, kind: SourceKind): LoadResult | undefined {
    const instrumented = instrument(source, path, oxcParse(kind));
    if (instrumented === undefined) return undefined;
    const { source: original, insertions, numbers } = instrumented;
    const isTypeScript = /\.[cm]?ts$/.test(path);
    texts.add({ source: original, insertions, isTypeScript, compiled: undefined }, numbers);
    return { format: kind, source: instrumented.code, shortCircuit: true };
  }
}

/** Node does not always say what `require` gets before it compiles it. */
function kindsOf({ kind }: LoadedFile): readonly SourceKind[] {
  return kind === undefined ? ["commonjs", "module"] : [kind];
}

/** The program is not to read in a warning that ferret uses what is new in Node. */
function withoutTypes(source: string): string {
  const process = builtin<{ emitWarning: unknown }>("node:process");
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    const { stripTypeScriptTypes } = builtin<{ stripTypeScriptTypes(source: string): string }>(
      "node:module",
    );
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
