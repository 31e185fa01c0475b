/**
 * Verdicts in GitHub's Markdown: the body of a comment that is found again by
 * its first line, and the summary of a job. What failed comes first, and what
 * passed is folded away when there is much of it.
 *
 * @module
 */
import type { Verdict } from "../../../src/analysis/check_report.ts";
import { formatCount } from "../../../src/model/numbers.ts";
import { sanitize } from "../../../src/model/sanitize.ts";
import { toMarkdownTable } from "../markdown.ts";
import { shortenMiddle } from "../width.ts";
import { type GateColumn, type GateItem, type GateView, rankItems } from "./gate_view.ts";

/** GitHub takes 65,536 characters in a comment; GitLab takes a million. */
export const MAX_COMMENT = 65_536;

/** Rows that are shown when nothing is folded away. */
const MAX_OPEN_ROWS = 10;

/** Columns of a name. */
const MAX_NAME = 120;
const MAX_SENTENCE = 1_000;

const SIGNS: Readonly<Record<Verdict, string>> = { pass: "✅", fail: "❌", inconclusive: "⚠️" };

/** @param maxLength Characters. Rows that do not fit are counted. */
export function toGateMarkdown(view: GateView, maxLength = MAX_COMMENT): string {
  const head = `<!-- ferret:${view.kind} -->\n### ${
    SIGNS[view.verdict]
  } ferret ${view.kind}: ${view.verdict}\n\n${sentence(view.summary)}\n\n`;
  const facts = view.facts.map(([name, text]) => `- ${name}: ${code(text, MAX_SENTENCE)}\n`);
  const notes = view.notes.map((note) => `- ${sentence(note)}\n`);
  const foot = shorten([...notes, ...facts], maxLength / 4);
  const ranked = rankItems(view.items);
  const isOpen = ({ isNotable }: GateItem) => isNotable || ranked.length <= MAX_OPEN_ROWS;
  const open = ranked.filter(isOpen);
  const folded = ranked.filter((item) => !isOpen(item));
  const room = maxLength - head.length - foot.length - 200;
  const shown = table(view, open, room);
  const more = folded.length === 0 ? "" : table(view, folded, room - shown.length);
  const details = more === ""
    ? ""
    : `<details><summary>${formatCount(folded.length)} others</summary>\n\n${more}\n</details>\n\n`;
  return `${head}${shown === "" ? "" : `${shown}\n`}${details}${foot}`;
}

/** As many rows as there is room for. */
function table(view: GateView, items: readonly GateItem[], room: number): string {
  const hasReasons = items.some(({ reason }) => reason !== undefined);
  const columns = [
    { title: "", align: "left" as const },
    { title: "spans", align: "left" as const },
    ...view.columns.map(({ name, align }) => ({ title: name, align })),
    ...(hasReasons ? [{ title: "why", align: "left" as const }] : []),
  ];
  const rows: string[][] = [];
  let length = toMarkdownTable(columns, []).length;
  for (const item of items) {
    const row = [
      `${signOf(item, view)}${item.label}`,
      code(item.subject, MAX_NAME) + placeOf(item),
      ...view.columns.map((column) => cell(item.facts[column.name], column)),
      ...(hasReasons ? [sentence(item.reason ?? "")] : []),
    ];
    length += row.join(" | ").length + 5;
    if (length > room) break;
    rows.push(row);
  }
  if (rows.length === 0) return "";
  const left = items.length - rows.length;
  const hidden = left > 0 ? `\nand ${formatCount(left)} more\n` : "";
  return toMarkdownTable(columns, rows) + hidden;
}

/** What cannot be told is the usual case where nobody is warned of each. */
function signOf({ verdict }: GateItem, { warnsOfEach }: GateView): string {
  return verdict === "inconclusive" && !warnsOfEach ? "" : `${SIGNS[verdict]} `;
}

function placeOf({ place }: GateItem): string {
  return place === undefined ? "" : `<br>${code(`${place.file}:${place.line}`, MAX_NAME)}`;
}

function cell(text: string | undefined, { name }: GateColumn): string {
  if (text === undefined || text === "") return "";
  // What somebody wrote; all else is numbers.
  return name === "threshold" ? code(text, MAX_NAME) : escape(text, MAX_NAME);
}

function shorten(lines: readonly string[], room: number): string {
  let kept = "";
  for (const [index, line] of lines.entries()) {
    if (kept.length + line.length > room) {
      return `${kept}- and ${formatCount(lines.length - index)} more\n`;
    }
    kept += line;
  }
  return kept;
}

/** Names. In code nobody is mentioned and nothing is referred to. */
function code(text: string, width: number): string {
  return `<code>${escape(text === "" ? "(no name)" : text, width)}</code>`;
}

/**
 * Sentences with names in them. A character reference does not keep `@team`,
 * `#12` and `GH-12` from becoming links, since these are looked for after
 * Markdown is done; code does.
 */
function sentence(text: string): string {
  return escape(text, MAX_SENTENCE)
    .replace(/&#(?:64|35);/g, "<code>$&</code>")
    .replace(/\bGH-/gi, (found) => `${found.slice(0, 2)}<code>-</code>`);
}

/** What could be markup, as character references: unlike backslashes, these are the same in cells. */
const MARKUP = /[\\`*_{}[\]<>#!|~&@$]|:(?=\/\/)|(?<=\bwww)\./gi;

function escape(text: string, width: number): string {
  return shortenMiddle(sanitize(text), width)
    .replace(MARKUP, (char) => `&#${char.codePointAt(0)};`);
}
