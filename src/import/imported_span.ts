/**
 * A span that another tool recorded, whatever its format.
 *
 * @module
 */

/** As the formats have it: ids are texts, times Unix times in ns. */
export interface ImportedSpan {
  /** Unique in the file. */
  id: string;
  parentId: string | undefined;
  /** What spans of one trace have in common. */
  trace: string;
  name: string;
  scope: string;
  kind: string;
  startUnixNs: bigint;
  /** Undefined: it never ended. */
  durationNs: number | undefined;
  status: "unset" | "ok" | "error";
  /** What processes and threads are told apart by. */
  process: string;
  thread: string;
  threadName?: string | undefined;
  w3cTraceId?: string | undefined;
  attributes: Record<string, unknown>;
  events?: ImportedEvent[];
}

/** Something that happened at one moment of a span. */
export interface ImportedEvent {
  name: string;
  timeUnixNs: bigint;
  attributes: Record<string, unknown>;
}

/** What a file says besides its spans. */
export interface ImportedFile {
  spans: ImportedSpan[];
  /** What was run, where the file says it. */
  command?: string | undefined;
  runtime?: string | undefined;
  runtimeVersion?: string | undefined;
  /** Parts of the file that are no spans and were left out, by what they are. */
  skipped: Map<string, number>;
}

/** A file that is not what it should be. */
export class ImportError extends SyntaxError {
  override name = "ImportError";
  readonly code = "E_IMPORT_FORMAT";
}

/** Counts something that is left out. */
export function skip(file: Pick<ImportedFile, "skipped">, what: string, count = 1): void {
  file.skipped.set(what, (file.skipped.get(what) ?? 0) + count);
}
