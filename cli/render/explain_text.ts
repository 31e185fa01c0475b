/**
 * What slow spans have in common, for the terminal.
 *
 * @module
 */
import { nameText } from "../../src/model/name_text.ts";
import type { Explanation, Factor } from "../../src/analysis/explain.ts";
import type { Places } from "../../src/analysis/places.ts";
import { describeLooked } from "../../src/analysis/slow_selection.ts";
import { formatDuration } from "../../src/model/duration.ts";
import type { Io } from "../io.ts";
import { countOf, formatCount, formatShare } from "../../src/model/numbers.ts";
import { commandLine } from "./run_facts.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { styleFor } from "./style.ts";
import { renderTable, type TableColumn } from "./text_table.ts";

/**
 * The explanations as text.
 *
 * @param options.hidden Names that were meant and not looked at.
 */
export function explainText(
  found: readonly Explanation[],
  { places, hidden }: { places: Places; hidden: number },
  io: Pick<Io, "columns" | "isColored">,
): string {
  const style = styleFor(io);
  const parts = found.map((one) => {
    const title = style("title", nameText(one.key.name)) +
      style(
        "dim",
        `  ${[one.key.scope, sanitize(places.text(one.key))].filter(Boolean).join(", ")}`,
      );
    const facts = `${countOf(one.slow, "slow span")}, over p${one.percentile.text} ` +
      `(${formatDuration(one.thresholdNs)}), against ${formatCount(one.rest)} others` +
      (one.looked === undefined ? "" : `\n${describeLooked(one.looked)}`);
    const cut = one.isCut ? "\nsome attributes have too many values to look at all of them\n" : "";
    if (one.factors.length === 0) {
      return `${title}\n${facts}\n\nnothing sets them apart: ` +
        `${countOf(one.examined, "trait")} looked at\n${cut}`;
    }
    const table = renderTable(one.factors, COLUMNS, {
      columns: io.columns,
      styleTitle: (line) => style("dim", line),
    });
    return `${title}\n${facts}\n\n${table}${cut}`;
  });
  const head = found[0] === undefined ? "" : `${style("title", commandLine(found[0].run))}\n\n`;
  const more = hidden === 0
    ? ""
    : `\nand ${countOf(hidden, "more name")} (--limit 0 explains all)\n`;
  return head + parts.join("\n") + more;
}

const COLUMNS: TableColumn<Factor>[] = [
  {
    title: "slow spans have more often",
    align: "left",
    text: ({ subject, value }) =>
      sanitize(/^[≥≤>]/.test(value) ? `${subject} ${value}` : `${subject} = ${value}`),
    shrinks: true,
  },
  { title: "slow", align: "right", text: ({ inFirst, first }) => formatShare(inFirst / first) },
  {
    title: "others",
    align: "right",
    text: ({ inSecond, second }) => formatShare(inSecond / second),
  },
  { title: "lift", align: "right", text: (factor) => liftText(factor.lift) },
  { title: "n", align: "right", text: ({ inFirst, inSecond }) => formatCount(inFirst + inSecond) },
];

/** How many times as often, as people read it. */
export function liftText(lift: number): string {
  if (lift === Infinity) return "only";
  return lift >= 100 ? `${formatCount(lift)}×` : `${Number(lift.toPrecision(2))}×`;
}
