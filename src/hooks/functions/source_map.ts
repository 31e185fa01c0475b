/**
 * Source maps of transformed files, on runtimes that read the inline map of
 * what a load hook returns (Deno): columns stay right although text was inserted.
 *
 * Insertions hold no line breaks, so a line of a map stays a line and only
 * columns move. Format: https://tc39.es/ecma426/
 *
 * @module
 */
import type { Insertion } from "./transform.ts";
import { SourceLines, type SourcePosition } from "./source_lines.ts";
import { Array, JSON, Map, Set } from "../../runtime/intrinsics.ts";

/** `[generated column, source, original line, original column, name]`, all from 0. */
type Segment = [number] | [number, number, number, number] | [
  number,
  number,
  number,
  number,
  number,
];

/** The part of `@jridgewell/sourcemap-codec` that is used. */
export interface SourceMapCodec {
  decode(mappings: string): Segment[][];
  encode(lines: Segment[][]): string;
}

const COMMENT =
  /\n?\/\/# sourceMappingURL=data:application\/json[^,\n]*;base64,([A-Za-z0-9+/=]+)\s*$/;

interface RawMap {
  mappings: string;
  [key: string]: unknown;
}

/** The map at the end of a source, if it has one. */
export interface InlineMap {
  /** The source without the map. */
  code: string;
  raw: RawMap;
  lines: Segment[][];
}

/** Takes the inline map off a source. */
export function splitInlineMap(source: string, codec: SourceMapCodec): InlineMap | undefined {
  const match = COMMENT.exec(source.slice(-4 * 2 ** 20));
  if (match === null) return undefined;
  try {
    const bytes = Uint8Array.from(atob(match[1]!), (char) => char.charCodeAt(0));
    const raw = JSON.parse(new TextDecoder().decode(bytes)) as RawMap;
    const code = source.slice(0, source.length - match[0].length);
    return { code, raw, lines: codec.decode(raw.mappings) };
  } catch {
    return undefined;
  }
}

/** Where a place of the generated code is in the original; undefined for what only the compiler wrote. */
export function originalPosition(
  map: InlineMap,
  generated: SourcePosition,
): SourcePosition | undefined {
  const segments = map.lines[generated.line - 1] ?? [];
  let found: Segment | undefined;
  for (const segment of segments) {
    if (segment[0] > generated.column - 1) break;
    if (segment.length > 1) found = segment;
  }
  if (found === undefined || found.length === 1) return undefined;
  return { line: found[2] + 1, column: found[3] + 1 };
}

/** Moves the columns of a map behind the insertions, and writes it as a comment. */
export function shiftedMap(
  map: InlineMap,
  insertions: readonly Insertion[],
  codec: SourceMapCodec,
): string {
  const shifts = shiftsByLine(map.code, insertions);
  const lines = map.lines.map((segments, line) => {
    const shift = shifts.get(line);
    return shift === undefined ? segments : segments.map((segment) => moved(segment, shift));
  });
  return comment({ ...map.raw, mappings: codec.encode(lines) });
}

/**
 * A map for code that has none: lines without insertions need no entry, on the
 * others each of `offsets` has one.
 */
export function createMap(
  path: string,
  code: string,
  how: { insertions: readonly Insertion[]; offsets: readonly number[]; codec: SourceMapCodec },
): string {
  const shifts = shiftsByLine(code, how.insertions);
  const lines = new SourceLines(code);
  const segments: Segment[][] = Array.from({ length: code.split("\n").length }, () => []);
  for (const offset of [...new Set(how.offsets)].sort((a, b) => a - b)) {
    const { line, column } = lines.at(offset);
    const shift = shifts.get(line - 1);
    segments[line - 1]!.push(moved([column - 1, 0, line - 1, column - 1], shift ?? []));
  }
  // Deno drops a line that the map says nothing about from its frames.
  segments.forEach((line, index) => {
    if (line[0]?.[0] !== 0) line.unshift([0, 0, index, 0]);
  });
  return comment({
    version: 3,
    sources: [path],
    names: [],
    mappings: how.codec.encode(segments),
  });
}

/** For each line (from 0): `[column, inserted characters up to and at it]`. */
function shiftsByLine(
  code: string,
  insertions: readonly Insertion[],
): Map<number, [column: number, by: number][]> {
  const lines = new SourceLines(code);
  const shifts = new Map<number, [number, number][]>();
  for (const { at, text } of insertions) {
    const { line, column } = lines.at(at);
    const list = shifts.get(line - 1) ?? [];
    const by = (list.at(-1)?.[1] ?? 0) + text.length;
    list.push([column - 1, by]);
    shifts.set(line - 1, list);
  }
  return shifts;
}

function moved(segment: Segment, shifts: [number, number][]): Segment {
  let by = 0;
  for (const [column, total] of shifts) {
    if (column > segment[0]) break;
    by = total;
  }
  if (by === 0) return segment;
  const copy = [...segment] as Segment;
  copy[0] += by;
  return copy;
}

function comment(map: RawMap | Record<string, unknown>): string {
  const bytes = new TextEncoder().encode(JSON.stringify(map));
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return `\n//# sourceMappingURL=data:application/json;base64,${btoa(text)}`;
}
