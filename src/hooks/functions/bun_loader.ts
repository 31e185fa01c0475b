/**
 * Bun: the user's files before Bun compiles them.
 *
 * @module
 */
import type { BunLoader, OwnFiles, PreparedFile } from "../bun_files.ts";
import type { Instrument } from "./instrument.ts";
import { assignsExports, hasJsx, isEsModule } from "./module_kind.ts";
import { oxcParse } from "./parsers.ts";
import type { SyntaxNode } from "./syntax.ts";

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
  options: { pattern: RegExp; onImports: () => void },
): OwnFiles {
  const { Bun } = globalThis as unknown as { Bun: BunGlobal };
  const { pattern } = options;
  return {
    pattern,
    prepare(source, path) {
      if (BARE_IMPORT.test(source)) options.onImports();
      return prepare(source, path, { instrument, Bun });
    },
  };
}

/** Instruments a file and decides who compiles it. */
function prepare(
  source: string,
  path: string,
  { instrument, Bun }: { instrument: Instrument; Bun: BunGlobal },
): PreparedFile {
  const loader = loaderOf(path);
  const program = parsed(source, path);
  // Bun will say what is wrong with it.
  if (program === undefined) return { kind: "source", contents: source, loader };
  const code = instrumented(source, path, { instrument, program });
  // Says so again at the end: some of what makes a file a module is gone when Bun looks.
  const asModule = { kind: "source", contents: `${code}\nexport{}`, loader } as const;
  if (isEsModule(program)) return asModule;
  const isJavaScript = /\.[cm]?js$/.test(path) && !hasJsx(program);
  if (isJavaScript) return { kind: "commonjs", code };
  // A script in TypeScript is as good as a module, and keeps its lines as one.
  if (!assignsExports(program)) return asModule;
  const transpiler = new Bun.Transpiler({
    loader,
    target: "bun",
    define: {
      __filename: JSON.stringify(path),
      __dirname: JSON.stringify(path.slice(0, path.lastIndexOf("/"))),
    },
  });
  return { kind: "commonjs", code: transpiler.transformSync(code) };
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
): string {
  try {
    return instrument(source, path, () => program)?.code ?? source;
  } catch {
    return source;
  }
}

function loaderOf(path: string): BunLoader {
  if (path.endsWith(".tsx")) return "tsx";
  if (/\.[cm]?ts$/.test(path)) return "ts";
  // Bun reads JSX in .js files too.
  return "jsx";
}
