/**
 * Which rows of a comparison are shown, and in which order: what is proven is
 * never left out for the sake of what is not.
 *
 * @module
 */
import type { ComparisonReport, ComparisonRow } from "../../../src/analysis/compare/comparison.ts";
import type { DiffSort } from "../../formats.ts";
import { quantityName } from "../../quantities.ts";

/** How a comparison is shown to people. */
export interface DiffView {
  /** Default: `time`, that of all spans of a name together. */
  sort?: DiffSort | undefined;
  /** Most rows of a table. Default 20; Infinity: all. */
  limit?: number | undefined;
  /** Also rows that cannot be compared. Default false: only where there is room. */
  isAll?: boolean | undefined;
}

/** The rows of one quantity. */
export interface DiffTable {
  quantity: ComparisonRow["quantity"];
  /** Those that are shown. */
  rows: readonly ComparisonRow[];
  /** Rows beyond those. */
  hidden: number;
}

const DEFAULT_LIMIT = 20;

/** A table for each quantity that there are rows of. */
export function diffTables(
  { rows }: Pick<ComparisonReport, "rows">,
  { sort = "time", limit = DEFAULT_LIMIT, isAll = false }: DiffView,
): DiffTable[] {
  const byQuantity = Map.groupBy(rows, ({ quantity }) => quantityName(quantity));
  return [...byQuantity.values()].map((of) => {
    const sorted = sortRows(of, sort);
    const most = isAll ? Infinity : limit;
    const chosen = new Set(sorted.toSorted((a, b) => weight(b) - weight(a)).slice(0, most));
    const shown = sorted.filter((row) => chosen.has(row) || isProven(row));
    return { quantity: of[0]!.quantity, rows: shown, hidden: of.length - shown.length };
  });
}

/** In the order that is asked for; rows come by time. */
export function sortRows(rows: readonly ComparisonRow[], sort: DiffSort): ComparisonRow[] {
  switch (sort) {
    case "time":
      return [...rows];
    case "change":
      // What cannot be compared is last.
      return rows.toSorted((a, b) => (b.change ?? -Infinity) - (a.change ?? -Infinity) || 0);
    case "p":
      return rows.toSorted((a, b) => (a.p ?? 2) - (b.p ?? 2));
    case "name":
      return rows.toSorted((a, b) =>
        compare(a.name, b.name) || compare(a.scope, b.scope) ||
        compare(quantityName(a.quantity), quantityName(b.quantity))
      );
  }
}

function isProven({ verdict }: ComparisonRow): boolean {
  return verdict === "slower" || verdict === "faster";
}

/** Sorting is stable: among rows of the same weight those that come first stay first. */
function weight(row: ComparisonRow): number {
  if (isProven(row)) return 2;
  return row.change === undefined ? 0 : 1;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
