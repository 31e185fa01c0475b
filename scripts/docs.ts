/**
 * Writes what in the documentation is made from the code. With `--record` also
 * what its commands print, and its pictures: that takes minutes and a Chromium.
 * Names of documents record those only.
 *
 * @module
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { commandPages } from "./docs/command_pages.ts";
import { commandsMan, MANUAL_PAGE } from "./docs/commands_man.ts";
import { COMMANDS_DOCUMENT, commandsMarkdown } from "./docs/commands_markdown.ts";
import { HOOKS_DOCUMENT, withHookTable } from "./docs/hook_table.ts";
import { recordDocument, RECORDED_DOCUMENTS } from "./docs/record.ts";
import { takePictures } from "./docs/pictures.ts";
import { ROOT } from "./root.ts";

const path = join(ROOT, HOOKS_DOCUMENT);
writeFileSync(path, withHookTable(readFileSync(path, "utf8")));
const pages = commandPages();
writeFileSync(join(ROOT, COMMANDS_DOCUMENT), commandsMarkdown(pages));
mkdirSync(join(ROOT, "man"), { recursive: true });
writeFileSync(join(ROOT, MANUAL_PAGE), commandsMan(pages));

const [option, ...documents] = process.argv.slice(2);
if (option === "--record") {
  for (const document of documents.length === 0 ? RECORDED_DOCUMENTS : documents) {
    await recordDocument(
      document,
      document === "docs/tutorial.md" ? (folder) => takePictures(folder) : undefined,
    );
  }
} else if (option !== undefined) {
  console.error(`Cannot do "${option}": --record is all there is`);
  process.exitCode = 2;
}
