/**
 * What makes a name slow, for the terminal.
 *
 * @module
 */
import type { SlowCause, SlowCauses } from "../../src/analysis/slow_causes.ts";
import { describeLooked } from "../../src/analysis/slow_selection.ts";
import { formatDuration } from "../../src/model/duration.ts";
import type { Io } from "../io.ts";
import { countOf, formatCount, formatShare } from "../../src/model/numbers.ts";
import { commandLine } from "./run_facts.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { styleFor } from "./style.ts";
import { renderTable, type TableColumn } from "./text_table.ts";

/** Rows, unless a limit is given. */
const DEFAULT_LIMIT = 15;

/** The causes as text. */
export function slowCausesText(
  found: readonly SlowCauses[],
  { limit = DEFAULT_LIMIT }: { limit?: number | undefined },
  io: Pick<Io, "columns" | "isColored">,
): string {
  const style = styleFor(io);
  const parts = found.map((one) => {
    const p = `p${one.percentile.text}`;
    const title = style("title", sanitize(one.key.name)) +
      style("dim", `  ${one.key.scope}, ${countOf(one.count, "span")}`);
    const facts = `${p} ${formatDuration(one.valueNs)}; the critical path of the ` +
      `${countOf(one.slowCount, "span")} from there on, and of those in the middle` +
      (one.looked === undefined ? "" : `\n${describeLooked(one.looked)}`);
    const rows = one.causes.slice(0, limit);
    const table = renderTable(rows, columnsOf(one), {
      columns: io.columns,
      styleTitle: (line) => style("dim", line),
    });
    const hidden = one.causes.length - rows.length;
    return `${title}\n${facts}\n\n${table}` +
      (hidden > 0 ? `\nand ${countOf(hidden, "more name")} (--limit 0 shows all)\n` : "") +
      (one.skipped > 0
        ? `\n${countOf(one.skipped, "span")} in traces that are too large were not looked at\n`
        : "");
  });
  const note = "self: own time on the critical path, a mean; " +
    `with ${
      formatShare(found[0]?.faster ?? 0)
    } less of it the percentile would be the last column\n`;
  const run = found[0]?.run;
  const head = run === undefined ? "" : `${style("title", commandLine(run))}\n\n`;
  return `${head}${parts.join("\n")}\n${style("dim", note)}`;
}

function columnsOf({ percentile, faster, valueNs }: SlowCauses): TableColumn<SlowCause>[] {
  const p = `p${percentile.text}`;
  const right = (title: string, text: (cause: SlowCause) => string): TableColumn<SlowCause> => ({
    title,
    align: "right",
    text,
  });
  const change = ({ fasterNs }: SlowCause) => formatShare((fasterNs - valueNs) / valueNs);
  return [
    { title: "name", align: "left", text: ({ name }) => sanitize(name), shrinks: true },
    right("share", ({ share }) => formatShare(share)),
    right("slow self", ({ slowNs }) => formatDuration(slowNs)),
    right("usual self", ({ ordinaryNs }) => formatDuration(ordinaryNs)),
    { ...right("×", ({ slowNs, ordinaryNs }) => factor(slowNs, ordinaryNs)), dropOrder: 1 },
    right(
      `${p} if ${formatShare(faster)} faster`,
      (cause) => `${formatDuration(cause.fasterNs)} (${change(cause)})`,
    ),
  ];
}

function factor(slowNs: number, ordinaryNs: number): string {
  if (ordinaryNs === 0) return "new";
  const value = slowNs / ordinaryNs;
  return value >= 100 ? formatCount(value) : String(Number(value.toPrecision(2)));
}
