/**
 * A constant of its own file: what names it should not load what reads it.
 *
 * @module
 */

/** Where a recording is when nobody says. */
export const DEFAULT_RECORDING = "out.duckdb";
