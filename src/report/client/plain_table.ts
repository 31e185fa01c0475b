/**
 * Small tables that are only read. Where there is no room they scroll, and the
 * page does not.
 *
 * @module
 */
import { type Child, el } from "./dom.ts";

/** A column: its title, and whether it holds numbers. */
export type PlainColumn = readonly [title: string, kind?: "number"];

/** Makes one. The first cell of a row says what the row is about. */
export function plainTable(
  columns: readonly PlainColumn[],
  rows: readonly (readonly Child[])[],
): HTMLElement {
  const kind = (i: number) => columns[i]![1];
  const cells = (row: readonly Child[]) =>
    row.map((child, i) =>
      i === 0
        ? el("th", { scope: "row", class: kind(i) }, child)
        : el("td", { class: kind(i) }, child)
    );
  return el(
    "div",
    { class: "table-scroll" },
    el(
      "table",
      { class: "plain" },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          ...columns.map(([title], i) => el("th", { scope: "col", class: kind(i) }, title)),
        ),
      ),
      el("tbody", {}, ...rows.map((row) => el("tr", {}, ...cells(row)))),
    ),
  );
}
