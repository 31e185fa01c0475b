/**
 * What commands print and read, by name: known to the command line before the
 * commands themselves are loaded.
 *
 * @module
 */

/** Of rows. */
export const TABLE_FORMATS = ["table", "json", "csv", "markdown"] as const;
/** One of {@linkcode TABLE_FORMATS}. */
export type TableFormat = (typeof TABLE_FORMATS)[number];

/** Of statements. */
export const TEXT_FORMATS = ["text", "json"] as const;
/** One of {@linkcode TEXT_FORMATS}. */
export type TextFormat = (typeof TEXT_FORMATS)[number];

/** Of verdicts. */
export const GATE_FORMATS = [
  "text",
  "json",
  "junit",
  "github",
  "markdown",
  "gitlab",
  "tap",
] as const;
/** One of {@linkcode GATE_FORMATS}. */
export type GateFormat = (typeof GATE_FORMATS)[number];

/** Of comparisons: verdicts, and the rows as a table. */
export const COMPARISON_FORMATS = [...GATE_FORMATS, "csv"] as const;
/** One of {@linkcode COMPARISON_FORMATS}. */
export type ComparisonFormat = (typeof COMPARISON_FORMATS)[number];

/** Of other tools, to be written. */
export const EXPORT_FORMATS = [
  "speedscope",
  "chrome",
  "perfetto",
  "otlp",
  "otlp-proto",
  "folded",
  "csv",
  "parquet",
] as const;
/** One of {@linkcode EXPORT_FORMATS}. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** Of other tools, to be read. */
export const IMPORT_FORMATS = ["auto", "otlp", "otlp-proto", "chrome", "cpuprofile"] as const;
/** One of {@linkcode IMPORT_FORMATS}. */
export type ImportFormat = (typeof IMPORT_FORMATS)[number];

/** What the rows of a comparison can be sorted by. */
export const DIFF_SORTS = ["time", "change", "p", "name"] as const;
/** One of {@linkcode DIFF_SORTS}. */
export type DiffSort = (typeof DIFF_SORTS)[number];
