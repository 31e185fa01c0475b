/**
 * Which run of which recording a text names: `rec.duckdb`, `out/` or
 * `rec.duckdb#3`.
 *
 * @module
 */
import { existsSync } from "node:fs";

/** A recording as a user names it. */
export interface RecordingName {
  path: string;
  /** Number, id or beginning of an id of a run; `undefined`: the last one. */
  run?: string;
}

/** Splits `rec.duckdb#3`. A file that really has such a name is meant literally. */
export function parseRecordingName(text: string): RecordingName {
  const hash = text.lastIndexOf("#");
  if (hash <= 0 || hash === text.length - 1 || existsSync(text)) return { path: text };
  return { path: text.slice(0, hash), run: text.slice(hash + 1) };
}
