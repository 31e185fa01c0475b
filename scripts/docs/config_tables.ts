/**
 * The tables of settings in docs/configuration.md, made from the schema.
 *
 * @module
 */
import { configSchema, type JsonSchema } from "./config_schema.ts";

/** The document that has the tables. */
export const CONFIG_DOCUMENT = "docs/configuration.md";

const SECTIONS = ["run", "check", "ab"] as const;

/** The document with its tables as they should be. @throws when it has no place for one. */
export function withConfigTables(text: string): string {
  const { properties } = configSchema();
  for (const section of SECTIONS) {
    const first =
      `<!-- The settings of ${section} are made from cli/config/schema.ts: npm run docs -->`;
    const last = `<!-- End of the settings of ${section} -->`;
    const begin = text.indexOf(first);
    const end = text.indexOf(last);
    if (begin < 0 || end < begin) throw new Error(`Cannot find "${first}" and "${last}"`);
    const table = settingsTable(properties![section]!);
    text = `${text.slice(0, begin + first.length)}\n\n${table}\n${text.slice(end)}`;
  }
  return text;
}

/** Aligned as deno fmt aligns tables. */
function settingsTable({ properties }: JsonSchema): string {
  const rows = [
    ["key", "takes", "means", "example"],
    ...Object.entries(properties!).map(([key, schema]) => [
      `\`${key}\``,
      typeText(schema),
      asMarkdown(schema.description!),
      schema.examples?.[0] === undefined ? "" : code(JSON.stringify(schema.examples[0])),
    ]),
  ];
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (row: string[]) =>
    `| ${row.map((text, i) => text.padEnd(widths[i]!)).join(" | ")} |\n`;
  const [titles, ...others] = rows as [string[], ...string[][]];
  return line(titles) + line(widths.map((width) => "-".repeat(width))) + others.map(line).join("");
}

/** `text or list of texts`. */
function typeText(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => code(`"${value}"`)).join(", ");
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeText).join(" or ");
  if ("const" in schema) return code(JSON.stringify(schema.const));
  switch (schema.type) {
    case "string":
      return "text";
    case "array":
      return "list";
    case "integer":
      return "whole number";
    case "boolean":
      return "`true` or `false`";
    default:
      return String(schema.type);
  }
}

/** What stands for itself is code. */
function asMarkdown(text: string): string {
  return escapeCell(
    text.replace(
      /--[a-z]+(?:-[a-z]+)*|\b[A-Z]+(?:_[A-Z]+)+\b|\bferret (?:run|check|ab|doctor)\b|\bout\.duckdb\b|\bcustomer\.\*|\bnode_modules\b|\b(?:slow|name):<\w+>|\.parquet\b|(?<=\b(?:; ))false\b/g,
      (word) => `\`${word}\``,
    ),
  );
}

function code(text: string): string {
  return escapeCell(`\`${text}\``);
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}
