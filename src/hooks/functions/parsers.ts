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

interface Oxc {
  parseSync(
    path: string,
    source: string,
    options: Record<string, unknown>,
  ): { program: unknown; errors: { severity: string }[] };
}

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
    return program as SyntaxNode;
  };
}

function loadOxc(): Oxc {
  const { createRequire } = builtin<{ createRequire(from: string): (name: string) => unknown }>(
    "node:module",
  );
  return createRequire(import.meta.url)("oxc-parser") as Oxc;
}
