/**
 * The table of names: sorted by any column, searched and narrowed to scopes.
 *
 * @module
 */
import { nameText } from "../../model/name_text.ts";
import { formatCount } from "../../model/numbers.ts";
import type { NameRow, Overview } from "../page_requests.ts";
import { scopeColor, sortScopes } from "./colors.ts";
import { el, replace } from "./dom.ts";
import { toHash } from "./route.ts";
import { searchBox } from "./search.ts";
import { sparkline } from "./sparkline.ts";
import { duration } from "./units.ts";

/** A column of a {@linkcode sortedTable}. */
export interface TableColumn<Row> {
  title: string;
  /** What the title stands for. */
  hint?: string;
  /** Numbers are sorted largest first, texts from A to Z. */
  sortBy: (row: Row) => number | string;
  cell: (row: Row) => Node | string;
  /** Class of its cells. */
  kind?: string;
}

/** Rows that are shown before one asks for more. */
const FIRST_ROWS = 100;

/** Options for {@linkcode sortedTable}. */
export interface SortedTableOptions<Row extends { name: string; scope: string }> {
  title: string;
  rows: readonly Row[];
  columns: readonly TableColumn<Row>[];
  /** Title of the column that it begins with. */
  sort: string;
}

/** A table with a search and a switch for each scope. */
export function sortedTable<Row extends { name: string; scope: string }>(
  { title, rows, columns, sort }: SortedTableOptions<Row>,
): HTMLElement {
  let order = { column: columns.find((column) => column.title === sort)!, isUp: false };
  let text = "";
  let isAll = false;
  const off = new Set<string>();
  const count = el("span", { class: "hint", role: "status" });
  const head = el("tr");
  const body = el("tbody");
  const more = el("button", { type: "button", class: "more", onclick: showAll });
  const table = el(
    "table",
    { class: "names" },
    el("caption", { class: "hidden" }, title),
    el("thead", {}, head),
    body,
  );
  const scopes = sortScopes([...new Set(rows.map(({ scope }) => scope))]);
  const element = el(
    "section",
    { "aria-label": title },
    el(
      "div",
      { class: "table-tools" },
      el("h2", {}, title),
      count,
      el("span", { class: "grow" }),
      scopes.length > 1 && el(
        "div",
        { class: "chips", role: "group", "aria-label": "Scopes" },
        ...scopes.map(chip),
      ),
      searchBox("Search names", (value) => {
        text = value;
        update();
      }),
    ),
    el("div", { class: "table-scroll" }, table),
    more,
  );
  updateHead();
  update();
  return element;

  function chip(scope: string): HTMLElement {
    const dot = el("i", { class: "dot" });
    dot.style.background = scopeColor(scope);
    const button = el(
      "button",
      {
        type: "button",
        class: "chip",
        "aria-pressed": "true",
        onclick: () => {
          if (!off.delete(scope)) off.add(scope);
          button.setAttribute("aria-pressed", String(!off.has(scope)));
          update();
        },
      },
      dot,
      scope,
    );
    return button;
  }

  function showAll(): void {
    isAll = true;
    update();
  }

  function updateHead(): void {
    replace(
      head,
      ...columns.map((column) => {
        const isSorted = column === order.column;
        const direction = order.isUp ? "ascending" : "descending";
        return el(
          "th",
          {
            scope: "col",
            class: column.kind,
            "aria-sort": isSorted ? direction : undefined,
          },
          el(
            "button",
            { type: "button", title: column.hint, onclick: () => sortBy(column) },
            column.title,
          ),
        );
      }),
    );
  }

  function sortBy(column: TableColumn<Row>): void {
    const isText = typeof column.sortBy(rows[0]!) === "string";
    order = { column, isUp: column === order.column ? !order.isUp : isText };
    updateHead();
    update();
    const index = columns.indexOf(column);
    head.querySelectorAll("button")[index]?.focus();
  }

  function update(): void {
    const needle = text.toLowerCase();
    const found = rows.filter(({ name, scope }) =>
      !off.has(scope) && `${scope}:${name}`.toLowerCase().includes(needle)
    ).toSorted(comparing(order.column.sortBy, order.isUp));
    const shown = isAll ? found : found.slice(0, FIRST_ROWS);
    replace(
      body,
      ...shown.map((row) =>
        el(
          "tr",
          {},
          ...columns.map(({ cell, kind }, i) =>
            el(
              i === 0 ? "th" : "td",
              { class: kind, scope: i === 0 ? "row" : undefined },
              cell(row),
            )
          ),
        )
      ),
    );
    replace(
      count,
      found.length === rows.length
        ? `${formatCount(rows.length)}`
        : `${formatCount(found.length)} of ${formatCount(rows.length)}`,
    );
    more.hidden = shown.length === found.length;
    replace(more, `Show all ${formatCount(found.length)}`);
    more.dataset["shown"] = `${formatCount(shown.length)} of ${formatCount(found.length)}`;
  }
}

function comparing<Row extends { name: string }>(
  value: (row: Row) => number | string,
  isUp: boolean,
): (a: Row, b: Row) => number {
  const sign = isUp ? 1 : -1;
  return (a, b) => {
    const [left, right] = [value(a), value(b)];
    const order = left < right ? -1 : left > right ? 1 : 0;
    return order * sign || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
  };
}

/** The names of one run. */
export function nameTable({ rows }: Overview, run: number): HTMLElement {
  const mostTotal = rows.reduce((most, { totalNs }) => Math.max(most, totalNs), 1);
  const time = (
    title: string,
    value: (row: NameRow) => number | null | undefined,
    hint?: string,
  ) => ({
    title,
    ...(hint === undefined ? {} : { hint }),
    kind: "number",
    sortBy: (row: NameRow) => value(row) ?? -1,
    cell: (row: NameRow) => duration(value(row)),
  });
  const columns: TableColumn<NameRow>[] = [
    {
      title: "Name",
      sortBy: ({ name }) => name,
      cell: (row) => nameLink(row, toHash({ view: "name", run, name: row.name, scope: row.scope })),
      kind: "name-cell",
    },
    {
      title: "Count",
      kind: "number",
      sortBy: ({ count }) => count,
      cell: ({ count }) => formatCount(count),
    },
    {
      title: "Errors",
      kind: "number",
      sortBy: ({ errors }) => errors,
      cell: ({ errors }) =>
        errors === 0
          ? el("span", { class: "zero" }, "0")
          : el("b", { class: "bad" }, formatCount(errors)),
    },
    {
      ...time("Total", ({ totalNs }) => totalNs, "Time of all spans of the name"),
      cell: ({ totalNs }) => bar(duration(totalNs), totalNs / mostTotal),
    },
    time("Self", ({ selfNs }) => selfNs, "Time in which no call of theirs ran"),
    time("Mean", ({ meanNs }) => meanNs),
    time("p50", ({ percentiles }) => percentiles.p50),
    time("p90", ({ percentiles }) => percentiles.p90),
    time("p95", ({ percentiles }) => percentiles.p95),
    time("p99", ({ percentiles }) => percentiles.p99),
    time("Max", ({ maxNs }) => maxNs),
    {
      title: "Distribution",
      hint: "Durations from the fastest to the slowest, on a logarithmic scale",
      kind: "spark",
      sortBy: ({ percentiles }) => (percentiles.p99 ?? 0) / Math.max(1, percentiles.p50 ?? 1),
      cell: ({ histogram }) => sparkline(histogram),
    },
  ];
  return sortedTable({ title: "Names", rows, columns, sort: "Total" });
}

/** A name with the colour of its scope. */
export function nameLink({ name, scope }: { name: string; scope: string }, href: string): Node {
  const dot = el("i", { class: "dot", title: scope });
  dot.style.background = scopeColor(scope);
  return el(
    "span",
    { class: "name-line" },
    dot,
    el("a", { class: "name", href, title: name }, nameText(name)),
    el("small", { class: "scope" }, scope),
  );
}

function bar(text: string, share: number): Node {
  const fill = el("i", { class: "bar" });
  fill.style.width = `${Math.max(0.5, share * 100)}%`;
  return el("span", { class: "with-bar" }, text, fill);
}
