/**
 * What a {@linkcode SliceCanvas} draws: a flame graph and a timeline differ in
 * nothing but this.
 *
 * @module
 */
import type { SliceRow } from "./slice_rows.ts";

/** Height of a row of slices, with the gap below it. */
export const ROW_HEIGHT = 19;

/** A stripe with a title, above the rows that belong to it. */
export interface Band {
  top: number;
  title: string;
}

/** Slices in rows. Slices are known by number. */
export interface SliceModel {
  rows: readonly SliceRow[];
  bands: readonly Band[];
  /** Of everything, in pixels. */
  height: number;
  /** Smallest and largest place that there is. */
  from: number;
  to: number;
  /** Narrowest piece that can be looked at. */
  minWidth: number;
  count: number;
  /** Row of each slice. */
  rowOf: ArrayLike<number>;
  starts: ArrayLike<number>;
  ends: ArrayLike<number>;
  /** -1 where there is none. */
  parent: ArrayLike<number>;
  nameOf(item: number): string;
  colorOf(item: number): string;
  /** In a few words, for the pointer and for those who do not see it. */
  describe(item: number): string;
  /** Places with something to write at them; none in a flame graph. */
  ticks(from: number, to: number, count: number): [place: number, text: string][];
}
