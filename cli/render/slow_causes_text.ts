/**
 * What makes a name slow, for the terminal.
 *
 * @module
 */
import type { Places } from "../../src/analysis/places.ts";
import { nameText } from "../../src/model/name_text.ts";
import type { SlowCause, SlowCauses } from "../../src/analysis/slow_causes.ts";
import { describeLooked } from "../../src/analysis/slow_selection.ts";
import { formatDuration } from "../../src/model/duration.ts";
import type { Io } from "../io.ts";
import { countOf, formatCount, formatShare } from "../../src/model/numbers.ts";
import { commandLine } from "./run_facts.ts";
import { rowTitles } from "./report_columns.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { type Style, styleFor } from "./style.ts";
import { renderTable, type TableColumn } from "./text_table.ts";

/** Rows, unless a limit is given. */
const DEFAULT_LIMIT = 15;
/** What costs slow spans less of their time is shown only to who asks for a number of rows. */
const MIN_SHARE = 0.001;

/** The causes as text. */
export function slowCausesText(
  found: readonly SlowCauses[],
  { limit, places }: { limit?: number | undefined; places: Places },
  io: Pick<Io, "columns" | "isColored">,
): string {
  const style = styleFor(io);
  const parts = found.map((one) => {
    const p = `p${one.percentile.text}`;
    const title = style("title", nameText(one.key.name)) +
      style("dim", `  ${one.key.scope}, ${countOf(one.count, "span")}`);
    const facts = `${p} ${formatDuration(one.valueNs)}; the critical path of the ` +
      `${countOf(one.slowCount, "span")} from there on, and of those in the middle` +
      (one.looked === undefined ? "" : `\n${describeLooked(one.looked)}`);
    // What could be left out without a difference is left out, unless a number of rows is asked for.
    const telling = limit === undefined
      ? one.causes.filter(({ share }) => share >= MIN_SHARE).slice(0, DEFAULT_LIMIT)
      : one.causes.slice(0, limit);
    // Also where only one of a name is told of: a request is no request that it makes.
    const titles = rowTitles([...telling, one.key, ...one.causes]);
    const rows = telling.map((cause, i) => ({ cause, title: titles[i]! }));
    const table = renderTable(rows, columnsOf(one, places, style), {
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

interface TitledCause {
  cause: SlowCause;
  title: string;
}

function columnsOf(
  { percentile, faster, valueNs }: SlowCauses,
  places: Places,
  style: Style,
): TableColumn<TitledCause>[] {
  const p = `p${percentile.text}`;
  const right = (title: string, text: (cause: SlowCause) => string): TableColumn<TitledCause> => ({
    title,
    align: "right",
    text: ({ cause }) => text(cause),
  });
  return [
    { title: "name", align: "left", text: ({ title }) => nameText(title), shrinks: true },
    right("share", ({ share }) => formatShare(share)),
    { ...right("slow self", ({ slowNs }) => formatDuration(slowNs)), dropOrder: 1 },
    { ...right("usual self", ({ ordinaryNs }) => formatDuration(ordinaryNs)), dropOrder: 2 },
    { ...right("×", ({ slowNs, ordinaryNs }) => factor(slowNs, ordinaryNs)), dropOrder: 3 },
    right(
      `${p} if ${formatShare(faster)} faster`,
      ({ fasterNs }) => `${formatDuration(fasterNs)} (${changeText(fasterNs / valueNs - 1)})`,
    ),
    {
      title: "where",
      align: "left",
      text: ({ cause }) => sanitize(places.text(cause)),
      dropOrder: 2,
      style: (text) => style("dim", text),
    },
  ];
}

/** Signed, to a tenth of a percent: more is not meant. */
function changeText(change: number): string {
  const percent = (change * 100).toFixed(1);
  return Number(percent) === 0 ? "same" : `${percent}%`;
}

function factor(slowNs: number, ordinaryNs: number): string {
  if (ordinaryNs === 0) return "new";
  const value = slowNs / ordinaryNs;
  return value >= 100 ? formatCount(value) : String(Number(value.toPrecision(2)));
}
