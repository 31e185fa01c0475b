/**
 * Bun: the user's files before Bun compiles them.
 *
 * @module
 */
import type { BunLoader, OwnFiles, PreparedFile } from "../bun_files.ts";
import { showOriginalText } from "../function_text.ts";
import { type PrintedFile, printedOriginal } from "./bun_text.ts";
import type { Instrument, Instrumented } from "./instrument.ts";
import { packageType } from "../bun_commonjs.ts";
import { assignsExports, hasJsx, isEsModule, isUndecided } from "./module_kind.ts";
import { OriginalTexts, withoutInsertions } from "./original_text.ts";
import { oxcParse } from "./parsers.ts";
import type { SyntaxNode } from "./syntax.ts";
import { JSON } from "../../runtime/intrinsics.ts";

interface BunGlobal {
  Transpiler: new (options: {
    loader: BunLoader;
    target: "bun";
    define: Record<string, string>;
  }) => { transformSync(code: string): string };
}

/** An import of something that is not a file of the program's. */
const BARE_IMPORT = /\b(?:from|import|require)\b\s*\(?\s*["'`][^./"'`]/;

/** Instruments the files that match `pattern`. */
export function createBunLoader(
  instrument: Instrument,
  options: { pattern: RegExp; onImports: (source: string) => void },
): OwnFiles {
  const { Bun } = globalThis as unknown as { Bun: BunGlobal };
  const { pattern } = options;
  const texts = new OriginalTexts<PrintedFile>((file, text) => {
    return printedOriginal(file, text, (code) => oxcParse("module")(code, "printed.js")) ??
      withoutInsertions(file, text);
  });
  showOriginalText((text) => texts.of(text));
  return {
    pattern,
    prepare(source, path) {
      if (BARE_IMPORT.test(source)) options.onImports(source);
      const { prepared, file } = prepare(source, path, { instrument, Bun });
      if (file !== undefined) texts.add(file, file.numbers);
      return prepared;
    },
  };
}

interface Prepared {
  prepared: PreparedFile;
  /** Absent when nothing was inserted. */
  file?: (PrintedFile & Instrumented) | undefined;
}

/** Instruments a file and decides who compiles it. */
function prepare(
  source: string,
  path: string,
  { instrument, Bun }: { instrument: Instrument; Bun: BunGlobal },
): Prepared {
  const loader = loaderOf(path);
  const program = parsed(source, path);
  // Bun will say what is wrong with it.
  if (program === undefined) return { prepared: { kind: "source", contents: source, loader } };
  const file = instrumented(source, path, { instrument, program });
  const code = file?.code ?? source;
  const print = (text: string, define: Record<string, string> = {}) =>
    new Bun.Transpiler({ loader, target: "bun", define }).transformSync(text);

  function asModule(): Prepared {
    // Says so again at the end: some of what makes a file a module is gone when Bun looks.
    const contents = `${code}\nexport{}`;
    const before = () => ({ code: print(source), around: 0 });
    return {
      prepared: { kind: "source", contents, loader },
      file: file && { ...file, before, after: () => print(contents) },
    };
  }

  function asCommonJs(code: string): Prepared {
    const before = () => ({ code: print(inWrapper(source)), around: 1 });
    return {
      prepared: { kind: "commonjs", code },
      file: file && { ...file, before, after: () => code },
    };
  }

  if (isEsModule(program)) return asModule();
  if (isUndecided(program, path) && isModuleByName(path)) return asModule();
  const isJavaScript = /\.[cm]?js$/.test(path) && !hasJsx(program);
  if (isJavaScript) return asCommonJs(code);
  // A script in TypeScript is as good as a module, and keeps its lines as one.
  if (!assignsExports(program)) return asModule();
  const define = {
    __filename: JSON.stringify(path),
    __dirname: JSON.stringify(path.slice(0, path.lastIndexOf("/"))),
  };
  return asCommonJs(print(code, define));
}

/** The function that Bun puts around CommonJS, and prints with it. */
function inWrapper(source: string): string {
  const body = source.startsWith("#!") ? `//${source}` : source;
  return `module.exports=function(exports,require,module,__filename,__dirname){${body}\n}`;
}

function isModuleByName(path: string): boolean {
  return !/\.c[jt]s$/.test(path) && packageType(path) !== "commonjs";
}

function parsed(source: string, path: string): SyntaxNode | undefined {
  for (const kind of ["module", "commonjs"] as const) {
    try {
      return oxcParse(kind)(source, path);
    } catch {
      // Sloppy code is no module.
    }
  }
  return undefined;
}

function instrumented(
  source: string,
  path: string,
  { instrument, program }: { instrument: Instrument; program: SyntaxNode },
): Instrumented | undefined {
  try {
    return instrument(source, path, () => program);
  } catch {
    return undefined;
  }
}

function loaderOf(path: string): BunLoader {
  if (path.endsWith(".tsx")) return "tsx";
  if (/\.[cm]?ts$/.test(path)) return "ts";
  // Bun reads JSX in .js files too.
  return "jsx";
}
