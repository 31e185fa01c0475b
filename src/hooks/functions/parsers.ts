/**
 * The parsers behind one signature. Deno's load hook gets JavaScript and may
 * read no file, so acorn is imported by the preload; Bun and Node get
 * TypeScript and load oxc when the first file of the program is.
 *
 * @module
 */
import { builtin } from "../../runtime/self.ts";
import type { SourceMapCodec } from "./source_map.ts";
import type { Parse, SyntaxNode } from "./syntax.ts";
import { JSON } from "../../runtime/intrinsics.ts";

/** What the generated preload imports for a Deno program. */
export interface Parsers {
  acorn: { parse(source: string, options: Record<string, unknown>): unknown };
  codec: SourceMapCodec;
}

/** How a file is to be read. */
export type SourceKind = "module" | "commonjs";

/** Parses JavaScript with acorn. */
export function acornParse({ acorn }: Parsers, kind: SourceKind): Parse {
  return (source) =>
    acorn.parse(source, {
      ecmaVersion: "latest",
      sourceType: kind === "module" ? "module" : "script",
      allowReturnOutsideFunction: kind === "commonjs",
      allowHashBang: true,
      preserveParens: true,
    }) as SyntaxNode;
}

/** The native part of oxc-parser, which gives the tree as JSON. */
interface Oxc {
  parseSync(
    path: string,
    source: string,
    options: Record<string, unknown>,
  ): { program: string; errors: { severity: string }[] };
}

/** Ends of the names of its packages, after platform and processor. */
const OXC_VARIANTS = ["-gnu", "-musl", "-msvc", "", "-gnueabihf", "-musleabihf"];

let oxc: Oxc | undefined;

/** Parses JavaScript or TypeScript, as the file's extension says, with oxc. */
export function oxcParse(kind: SourceKind): Parse {
  return (source, path) => {
    oxc ??= loadOxc();
    const { program, errors } = oxc.parseSync(path, source, {
      sourceType: kind === "module" ? "module" : "script",
      preserveParens: true,
    });
    if (errors.some((error) => error.severity === "Error")) {
      throw new SyntaxError(`Cannot parse "${path}"`);
    }
    return (JSON.parse(program) as { node: SyntaxNode }).node;
  };
}

/**
 * Loads the native part alone: with the rest of the package around it, a Bun
 * program starts 10 ms later.
 */
function loadOxc(): Oxc {
  type Require = ((name: string) => unknown) & {
    resolve(name: string): string;
    cache: Record<string, unknown>;
  };
  const { createRequire } = builtin<{ createRequire(from: string): Require }>("node:module");
  const { platform, arch } = builtin<{ platform: string; arch: string }>("node:process");
  const require = createRequire(createRequire(import.meta.url).resolve("oxc-parser"));
  let reason: unknown;
  for (const variant of OXC_VARIANTS) {
    const name = `@oxc-parser/binding-${platform}-${arch}${variant}`;
    try {
      const binding = require(name) as Oxc;
      // The program sees all that is in there.
      delete require.cache[require.resolve(name)];
      return binding;
    } catch (error) {
      reason = error;
    }
  }
  throw reason;
}
