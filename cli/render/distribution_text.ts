/**
 * Distributions for the terminal: a bar a line, on a logarithmic scale.
 *
 * @module
 */
import { nameText } from "../../src/model/name_text.ts";
import type { Distribution, Distributions } from "../../src/analysis/distribution.ts";
import { formatDuration } from "../../src/model/duration.ts";
import type { Io } from "../io.ts";
import { countOf, formatCount, formatShare } from "../../src/model/numbers.ts";
import { NS_FIELDS } from "./report_columns.ts";
import { commandLine } from "./run_facts.ts";
import { type Style, styleFor } from "./style.ts";

const MAX_BAR = 50;
const MIN_BAR = 10;
/** What stands beside a bar. */
const OTHER_COLUMNS = 46;

/** Empty lines that are left out. */
const MIN_GAP = 4;

const EIGHTHS = " ▏▎▍▌▋▊▉█";

/** The distributions as text. */
export function distributionsText(
  { run, distributions, hiddenCount }: Distributions,
  io: Pick<Io, "columns" | "isColored">,
): string {
  const style = styleFor(io);
  const room = (io.columns ?? Infinity) - OTHER_COLUMNS;
  const width = Math.max(MIN_BAR, Math.min(MAX_BAR, room));
  const parts = distributions.map((one) => distributionText(one, { width, style }));
  const hidden = hiddenCount === 0 ? "" : `\nand ${countOf(hiddenCount, "more name")} that match\n`;
  return `${style("title", commandLine(run))}\n\n${parts.join("\n")}${hidden}`;
}

function distributionText(
  { stats, bars }: Distribution,
  { width, style }: { width: number; style: Style },
): string {
  const facts = NS_FIELDS.filter(([name]) => name !== "total" && name !== "self")
    .map(([name, value]) => [name, value(stats)] as const)
    .filter(([, value]) => value !== undefined && Number.isFinite(value))
    .map(([name, value]) => `${name} ${formatDuration(value!)}`);
  const title = `${style("title", nameText(stats.name))}  ${
    style("dim", `${stats.scope}, ${countOf(stats.count, "span")}`)
  }`;
  const most = Math.max(...bars.map(({ count }) => count));
  const labels = bars.map(({ fromNs }) => formatDuration(fromNs));
  const labelWidth = Math.max(...labels.map((label) => label.length));
  const counts = bars.map(({ count }) => formatCount(count));
  const countWidth = Math.max(...counts.map((count) => count.length));
  const lines = bars.map(({ count, marks }, i) => {
    const mark = marks.length === 0 ? "" : `  ◀ ${marks.join(" ")}`;
    const share = count === 0 ? "" : formatShare(count / stats.count);
    return `${labels[i]!.padStart(labelWidth)} │${bar(count / most, width)} ` +
      `${counts[i]!.padStart(countWidth)} ${share.padStart(6)}${style("unsure", mark)}`.trimEnd();
  });
  const shown = withoutGaps(lines, (i) => bars[i]!.count === 0, " ".repeat(labelWidth - 1) + "⋮");
  return `${title}\n${facts.join("  ")}\n\n${shown.join("\n")}\n`;
}

/** Many empty lines in a row are one that says so. */
function withoutGaps(
  lines: readonly string[],
  isEmpty: (index: number) => boolean,
  mark: string,
): string[] {
  const shown: string[] = [];
  for (let i = 0; i < lines.length;) {
    let end = i;
    while (end < lines.length && isEmpty(end)) end++;
    if (end - i >= MIN_GAP) shown.push(mark);
    else shown.push(...lines.slice(i, end));
    if (end < lines.length) shown.push(lines[end]!);
    i = end + 1;
  }
  return shown;
}

/** A bar of a share of `width`, padded to it. What is not nothing is visible. */
function bar(share: number, width: number): string {
  if (!(share > 0)) return " ".repeat(width);
  const eighths = Math.max(1, Math.round(share * width * 8));
  const full = "█".repeat(Math.floor(eighths / 8));
  const rest = eighths % 8 === 0 ? "" : EIGHTHS[eighths % 8]!;
  return (full + rest).padEnd(width);
}
