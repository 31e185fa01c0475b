/**
 * Single traces for the terminal: a tree with a bar for the time of each span.
 *
 * @module
 */
import { nameText } from "../../src/model/name_text.ts";
import type { SlowestTraces, TraceNode } from "../../src/analysis/trace_tree.ts";
import type { Places } from "../../src/analysis/places.ts";
import type { SpanKey } from "../../src/model/span_reader.ts";
import { formatDuration } from "../../src/model/duration.ts";
import type { Io } from "../io.ts";
import { countOf, formatCount } from "../../src/model/numbers.ts";
import { commandLine } from "./run_facts.ts";
import { rowTitles } from "./report_columns.ts";
import { sanitize } from "../../src/model/sanitize.ts";
import { type Style, styleFor } from "./style.ts";
import { renderTable, type TableColumn } from "./text_table.ts";
import { type TreeLine, treeLines } from "./tree_lines.ts";
import { waterfallBar } from "./waterfall.ts";

/** Calls of one name in a row that are shown as one line. */
const MIN_RUN = 4;

/** Options of {@linkcode tracesText}. */
export interface TraceTextOptions {
  /** Levels below the root. */
  maxDepth: number;
  /** Shortest span that is shown, as a share of the root. */
  minShare: number;
  places: Places;
}

/** What one line shows: a span, or several of one name in a row. */
interface Row {
  spans: readonly TraceNode[];
  name: string;
  totalNs: number;
  fromNs: number;
  toNs: number;
  children: Row[];
}

/** The traces as text. */
export function tracesText(
  { run, traces }: SlowestTraces,
  options: TraceTextOptions,
  io: Pick<Io, "columns" | "isColored">,
): string {
  const style = styleFor(io);
  const titles = titlesOf(traces);
  const head = `${style("title", commandLine(run))}\n`;
  if (traces.length === 0) return `${head}\nno spans\n`;
  const parts = traces.map((trace, index) =>
    traceText(trace, { ...options, titles, index, style, io })
  );
  const nodes = traces.flatMap(allNodes);
  const marks = [
    ...(nodes.some(({ isParallel }) => isParallel) ? ["∥ at the same time as another"] : []),
    ...(nodes.some(({ isDetached }) => isDetached) ? ["↷ went on after its caller"] : []),
  ];
  return `${head}\n${parts.join("\n")}${marks.length === 0 ? "" : `\n${marks.join(", ")}\n`}`;
}

function traceText(
  root: TraceNode,
  { maxDepth, minShare, places, titles, index, style, io }: TraceTextOptions & {
    titles: (span: SpanKey) => string;
    index: number;
    style: Style;
    io: Pick<Io, "columns">;
  },
): string {
  const { span } = root;
  const wholeNs = span.durationNs ?? 0;
  const counts = { hidden: 0 };
  const row = toRow([root], { depth: 0, maxDepth, leastNs: wholeNs * minShare, titles, counts });
  const columns: TableColumn<TreeLine<Row>>[] = [
    column("start", ({ fromNs }) => (fromNs === 0 ? "0s" : formatDuration(fromNs)), 2),
    column("time", ({ totalNs }) => formatDuration(totalNs)),
    column("self", ({ spans }) => formatDuration(selfOf(spans)), 3),
    {
      title: "when",
      align: "left",
      text: ({ node }) => waterfallBar(node.fromNs / wholeNs, node.toNs / wholeNs),
      dropOrder: 1,
      style: (text) => style("dim", text),
    },
    {
      title: "name",
      align: "left",
      text: ({ node, lead }) => `${lead}${node.name}${marksOf(node.spans)}`,
      shrinks: true,
      style: (text, { node }) =>
        node.spans.some((one) => one.span.status === "error") ? style("bad", text) : text,
    },
    {
      title: "where",
      align: "left",
      text: ({ node }) => sanitize(places.text(node.spans[0]!.span)),
      dropOrder: 4,
      style: (text) => style("dim", text),
    },
  ];
  const title = `${index + 1}. ${nameText(span.name)}, ${formatDuration(wholeNs)}, ` +
    `${formatDuration(Math.max(0, span.startNs))} after the start, trace ${span.traceId}`;
  const table = renderTable(treeLines([row], io.columns), columns, {
    columns: io.columns,
    styleTitle: (line) => style("dim", line),
  });
  const hidden = counts.hidden === 0
    ? ""
    : `${countOf(counts.hidden, "shorter span")} not shown (--min-share 0 shows all)\n`;
  return `${style("title", title)}\n${table}${hidden}`;
}

function column(
  title: string,
  text: (row: Row) => string,
  dropOrder?: number,
): TableColumn<TreeLine<Row>> {
  const base = { title, align: "right" as const, text: ({ node }: TreeLine<Row>) => text(node) };
  return dropOrder === undefined ? base : { ...base, dropOrder };
}

function toRow(
  spans: readonly TraceNode[],
  limits: {
    depth: number;
    maxDepth: number;
    leastNs: number;
    titles: (span: SpanKey) => string;
    counts: { hidden: number };
  },
): Row {
  const first = spans[0]!;
  const ends = spans.map(({ offsetNs, span }) => offsetNs + (span.durationNs ?? Infinity));
  const row: Row = {
    spans,
    name: nameText(limits.titles(first.span)),
    totalNs: spans.reduce((sum, { span }) => sum + (span.durationNs ?? 0), 0),
    fromNs: first.offsetNs,
    toNs: Math.max(...ends),
    children: [],
  };
  const { depth, maxDepth, leastNs, counts } = limits;
  // Of several in a row the slowest stands for the others.
  const shown = spans.reduce((a, b) => (b.span.durationNs ?? 0) > (a.span.durationNs ?? 0) ? b : a);
  if (depth === maxDepth) {
    counts.hidden += allNodes(shown).length - 1;
    return row;
  }
  row.children = runsOf(shown.children).map((run) => toRow(run, { ...limits, depth: depth + 1 }))
    .filter((child) => {
      // What nobody waited for may be longer than its caller.
      const isShown = child.totalNs >= leastNs || child.children.length > 0 ||
        child.spans.some(isWorthALook);
      // What is below it was not shown either, and is counted already.
      if (!isShown) counts.hidden += child.spans.length;
      return isShown;
    });
  return row;
}

/** What failed or never ended is shown however short it was. */
function isWorthALook({ span }: TraceNode): boolean {
  return span.status === "error" || span.durationNs === undefined;
}

/** Spans of one name that follow each other, as one where they are many. */
function runsOf(nodes: readonly TraceNode[]): TraceNode[][] {
  const runs: TraceNode[][] = [];
  for (const node of nodes) {
    const last = runs.at(-1);
    if (last?.[0]?.span.name === node.span.name) last.push(node);
    else runs.push([node]);
  }
  return runs.flatMap((run) => (run.length >= MIN_RUN ? [run] : run.map((node) => [node])));
}

function marksOf(spans: readonly TraceNode[]): string {
  const has = (test: (node: TraceNode) => boolean) => spans.some(test);
  return [
    ...(spans.length > 1 ? [` ×${formatCount(spans.length)}${callsOf(spans)}`] : []),
    ...(has(({ isParallel }) => isParallel) ? [" ∥"] : []),
    ...(has(({ isDetached }) => isDetached) ? [" ↷"] : []),
    ...(has(({ span }) => span.durationNs === undefined) ? [" (never ended)"] : []),
    ...(has(({ span }) => span.status === "error") ? [" (error)"] : []),
  ].join("");
}

/** What is below a line for several spans is below the slowest of them. */
function callsOf(spans: readonly TraceNode[]): string {
  return spans.some(({ children }) => children.length > 0) ? " (slowest below)" : "";
}

function selfOf(spans: readonly TraceNode[]): number {
  return spans.reduce((sum, { span }) => sum + (span.selfNs ?? 0), 0);
}

/** With their scope where there are several of a name. */
function titlesOf(traces: readonly TraceNode[]): (span: SpanKey) => string {
  const spans = traces.flatMap(allNodes).map(({ span }) => span);
  const byKey = new Map(spans.map((span) => [keyOf(span), span]));
  const keys = [...byKey.values()];
  const titles = new Map(rowTitles(keys).map((title, i) => [keyOf(keys[i]!), title]));
  return (span) => titles.get(keyOf(span)) ?? span.name;
}

function keyOf({ name, scope }: SpanKey): string {
  return `${scope}:${name}`;
}

function allNodes(root: TraceNode): TraceNode[] {
  const nodes = [root];
  for (let i = 0; i < nodes.length; i++) for (const child of nodes[i]!.children) nodes.push(child);
  return nodes;
}
