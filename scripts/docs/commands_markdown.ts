/**
 * docs/commands.md, made from the tree of commands.
 *
 * @module
 */
import { spawnSync } from "node:child_process";
import { findRuntime } from "../runtimes.ts";
import type { CommandPage, Described, HelpPart } from "./command_pages.ts";

/** The document. */
export const COMMANDS_DOCUMENT = "docs/commands.md";

const HEAD = `# Commands

<!-- Made from the help of the commands: npm run docs -->

What \`ferret --help\` and \`ferret <command> --help\` print, on one page; \`man ferret\` has the same.
`;

/** The document, formatted as all others. */
export function commandsMarkdown(pages: readonly CommandPage[]): string {
  const text = `${HEAD}\n${pages.map(section).join("\n")}`;
  const { status, stdout, stderr } = spawnSync(
    findRuntime("deno").path,
    ["fmt", "--ext", "md", "-"],
    { input: text, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`Cannot format ${COMMANDS_DOCUMENT}: ${stderr}`);
  return stdout;
}

function section(page: CommandPage): string {
  const { name, description, usage, groups } = page;
  return [
    `## ${name}\n`,
    `${escape(description)}.\n`,
    `\`\`\`text\n${usage.join("\n")}\n\`\`\`\n`,
    ...groups.map(({ title, commands }) =>
      table(title, commands.map((one) => ({ ...one, name: linked(one.name, name) })))
    ),
    table("Argument", page.arguments.map(asCode)),
    table("Option", page.options.map(asCode)),
    ...page.parts.map(part),
  ].filter((text) => text !== "").join("\n");
}

function asCode({ name, description }: Described): Described {
  return { name: `\`${name.replaceAll("|", "\\|")}\``, description };
}

function linked(term: string, parent: string): string {
  const name = term.split(" ")[0]!;
  if (name === "help") return `\`${term}\``;
  return `[\`${term.replaceAll("|", "\\|")}\`](#${`${parent} ${name}`.replaceAll(" ", "-")})`;
}

function table(title: string, rows: readonly Described[]): string {
  if (rows.length === 0) return "";
  const lines = rows.map(({ name, description }) => `| ${name} | ${escape(description)} |`);
  return [`| ${title} | |`, "| --- | --- |", ...lines, ""].join("\n");
}

function part(one: HelpPart): string {
  if (one.kind === "prose") return `${escape(one.text)}\n`;
  const title = one.title === "" ? "" : `${escape(one.title)}\n\n`;
  return `${title}\`\`\`\n${one.lines.join("\n")}\n\`\`\`\n`;
}

function escape(text: string): string {
  return text.replace(/[\\<>*`|[\]]|\b_(?!\w)|(?<!\w)_|(?<!\S)~/g, "\\$&");
}
