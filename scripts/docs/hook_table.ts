/**
 * The table of hooks in docs/hooks.md, made from the catalog.
 *
 * @module
 */
import { type CatalogEntry, HOOK_CATALOG } from "../../src/hooks/catalog.ts";

/** The document that has the table. */
export const HOOKS_DOCUMENT = "docs/hooks.md";

/** What the table stands between. */
const BEGIN = "<!-- The table is made from src/hooks/catalog.ts: npm run docs -->";
const END = "<!-- End of the table -->";

/** The document with the table as it should be. @throws when it has no place for one. */
export function withHookTable(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`Cannot find "${BEGIN}" and "${END}"`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${hookTable()}\n${text.slice(end)}`;
}

/** Aligned as deno fmt aligns tables. */
function hookTable(): string {
  const rows = [
    ["hook", "records", "Deno", "Bun", "Node", "tested with"],
    ...HOOK_CATALOG.map((entry) => [
      `\`${entry.name}\``,
      entry.observes,
      cell(entry, "deno"),
      cell(entry, "bun"),
      cell(entry, "node"),
      entry.packages.map(({ name, tested }) => `${name} ${tested.join(", ")}`).join(", "),
    ]),
  ];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: string[]) =>
    `| ${row.map((text, i) => text.padEnd(widths[i]!)).join(" | ")} |\n`;
  const [titles, ...others] = rows as [string[], ...string[][]];
  return line(titles) + line(widths.map((width) => "-".repeat(width))) + others.map(line).join("");
}

function cell({ runtimes, needs }: CatalogEntry, runtime: "deno" | "bun" | "node"): string {
  const works = runtimes.includes(runtime) ? "yes" : "–";
  const need = needs?.[runtime];
  return need === undefined ? works : `${works}: ${need}`;
}
