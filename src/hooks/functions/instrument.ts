/**
 * From the text of a file to the text that reports its functions.
 *
 * @module
 */
import type { FunctionTracer } from "../../recorder/function_tracer.ts";
import type { InstrumentedFile } from "./original_text.ts";
import { SourceLines } from "./source_lines.ts";
import {
  createMap,
  originalPosition,
  shiftedMap,
  type SourceMapCodec,
  splitInlineMap,
} from "./source_map.ts";
import { forEachChild, type Parse, type SyntaxNode } from "./syntax.ts";
import { applyInsertions, transform } from "./transform.ts";
import { Map, Set } from "../../runtime/intrinsics.ts";

/** Larger files are generated ones: their functions are nobody's. */
const MAX_SOURCE_CHARS = 1_000_000;

/** What instrumenting needs. */
export interface InstrumentOptions {
  tracer: Pick<FunctionTracer, "defineFunction">;
  /** Paths in the recording are relative to this folder. */
  root: string;
  /** Makes source maps; absent where the runtime does not read them. */
  codec?: SourceMapCodec | undefined;
  /** See `TransformOptions`. */
  keepsThrowSites: boolean;
}

/** A file with its functions instrumented. */
export interface Instrumented extends InstrumentedFile {
  code: string;
  /** The numbers of the functions. */
  numbers: ReadonlySet<number>;
}

/** Instruments the functions of a file; undefined: the file is to be left alone. */
export type Instrument = (source: string, path: string, parse: Parse) => Instrumented | undefined;

/** Creates the function that instruments the files of one thread. */
export function createInstrument(options: InstrumentOptions): Instrument {
  const { tracer, root, codec, keepsThrowSites } = options;
  /** Where each name is, so that two functions never share one. */
  const places = new Map<string, { file: string; line: number }>();

  /** Whether `name` is free, or is that of a function on the same line. */
  function takes(name: string, file: string, line: number): boolean {
    const known = places.get(name);
    if (known === undefined) places.set(name, { file, line });
    return known === undefined || known.file === file && known.line === line;
  }

  function uniqueName(name: string, file: string, line: number): string {
    let candidate = name;
    for (const suffix of ["", ` (${baseName(file)})`, ` (${file})`]) {
      candidate = name + suffix;
      if (takes(candidate, file, line)) return candidate;
      if (places.get(candidate)!.file === file) break;
    }
    let count = 2;
    while (!takes(`${candidate} #${count}`, file, line)) count++;
    return `${candidate} #${count}`;
  }

  return (source, path, parse) => {
    if (source.length > MAX_SOURCE_CHARS) return undefined;
    const map = codec === undefined ? undefined : splitInlineMap(source, codec);
    const code = map?.code ?? source;
    let program: SyntaxNode;
    try {
      program = parse(code, path);
    } catch {
      // The runtime will say what is wrong with it.
      return undefined;
    }
    const lines = new SourceLines(code);
    const file = path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
    const placeOf = (offset: number) => {
      const place = lines.at(offset);
      return map === undefined ? place : originalPosition(map, place);
    };
    const numbers = new Set<number>();
    const insertions = transform(program, code, {
      keepsThrowSites,
      anonymousName: (at) => `${baseName(file)}:${placeOf(at)?.line ?? "?"}`,
      defineFunction: (name, at) => {
        const place = placeOf(at);
        // Helpers of the compiler: nobody wrote them.
        if (place === undefined) return undefined;
        const { line, column } = place;
        const number = tracer.defineFunction(uniqueName(name, file, line), file, line, column);
        numbers.add(number);
        return number;
      },
    });
    if (insertions.length === 0) return undefined;
    const instrumented = applyInsertions(code, insertions);
    return {
      code: instrumented + (codec === undefined ? "" : mapComment(codec)),
      source: code,
      insertions,
      numbers,
    };

    function mapComment(codec: SourceMapCodec): string {
      if (map !== undefined) return shiftedMap(map, insertions, codec);
      const offsets = offsetsOf(program);
      return createMap(`file://${path}`, code, { insertions, offsets, codec });
    }
  };
}

/** Where the runtime may say that something happened. */
function offsetsOf(program: SyntaxNode): number[] {
  const offsets: number[] = [];
  const visit = (node: SyntaxNode) => {
    offsets.push(node.start);
    forEachChild(node, visit);
  };
  visit(program);
  return offsets;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
