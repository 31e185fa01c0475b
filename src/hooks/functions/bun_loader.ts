/**
 * Bun: the user's files go through a plugin on their way in.
 *
 * A plugin must deliver what its filter caught, also what it has nothing to say
 * about. CommonJS takes another way: bun_commonjs.ts.
 *
 * @module
 */
import { builtin } from "../../runtime/self.ts";
import { BunCommonJs } from "./bun_commonjs.ts";
import type { Instrument } from "./instrument.ts";
import { assignsExports, hasJsx, isEsModule } from "./module_kind.ts";
import { oxcParse } from "./parsers.ts";
import type { SyntaxNode } from "./syntax.ts";

type Loader = "js" | "jsx" | "ts" | "tsx";

interface BunGlobal {
  /** Path of the program's entry. */
  main: string;
  plugin(options: { name: string; setup(build: BunPluginBuilder): void }): void;
  Transpiler: new (options: {
    loader: Loader;
    target: "bun";
    define: Record<string, string>;
  }) => { transformSync(code: string): string };
}

interface BunPluginBuilder {
  onLoad(
    constraints: { filter: RegExp },
    load: (args: { path: string }) => LoadedByBun,
  ): void;
}

type LoadedByBun =
  | { contents: string; loader: Loader }
  | { exports: Record<string, unknown>; loader: "object" };

/** An import of something that is not a file of the program's. */
const BARE_IMPORT = /\b(?:from|import|require)\b\s*\(?\s*["'`][^./"'`]/;

/** What becomes of a file. */
type Prepared =
  /** Handed to Bun, whose loader compiles it. */
  | { kind: "source"; contents: string }
  /** JavaScript to be run as CommonJS. */
  | { kind: "commonjs"; code: string };

/** Instruments the files that match `pattern`. */
export function installBunLoader(
  instrument: Instrument,
  options: { pattern: RegExp; onImports: () => void },
): void {
  const { Bun } = globalThis as unknown as { Bun: BunGlobal };
  const { pattern } = options;
  const fs = builtin<{ readFileSync(path: string, encoding: "utf8"): string }>("node:fs");
  const prepareFile = (path: string): Prepared => {
    const source = fs.readFileSync(path, "utf8");
    if (BARE_IMPORT.test(source)) options.onImports();
    return prepare(source, path, { instrument, Bun });
  };
  const commonJs = new BunCommonJs({
    read(path) {
      const prepared = pattern.test(path) ? prepareFile(path) : undefined;
      return prepared?.kind === "commonjs" ? prepared.code : undefined;
    },
    isMain: (path) => path === Bun.main,
  });
  Bun.plugin({
    name: "ferret",
    setup(build) {
      build.onLoad({ filter: pattern }, ({ path }) => {
        const prepared = prepareFile(path);
        return prepared.kind === "source"
          ? { contents: prepared.contents, loader: loaderOf(path) }
          : { exports: commonJs.namespaceOf(path, prepared.code), loader: "object" };
      });
    },
  });
}

/** Instruments a file and decides who compiles it. */
function prepare(
  source: string,
  path: string,
  { instrument, Bun }: { instrument: Instrument; Bun: BunGlobal },
): Prepared {
  const program = parsed(source, path);
  // Bun will say what is wrong with it.
  if (program === undefined) return { kind: "source", contents: source };
  const code = instrumented(source, path, { instrument, program });
  // Says so again at the end: some of what makes a file a module is gone when Bun looks.
  const asModule = { kind: "source", contents: `${code}\nexport{}` } as const;
  if (isEsModule(program)) return asModule;
  const isJavaScript = /\.[cm]?js$/.test(path) && !hasJsx(program);
  if (isJavaScript) return { kind: "commonjs", code };
  // A script in TypeScript is as good as a module, and keeps its lines as one.
  if (!assignsExports(program)) return asModule;
  const transpiler = new Bun.Transpiler({
    loader: loaderOf(path),
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
    return instrument(source, path, () => program) ?? source;
  } catch {
    return source;
  }
}

function loaderOf(path: string): Loader {
  if (path.endsWith(".tsx")) return "tsx";
  if (/\.[cm]?ts$/.test(path)) return "ts";
  // Bun reads JSX in .js files too.
  return "jsx";
}
