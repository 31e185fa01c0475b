/**
 * Writes what in the documentation is made from the code. With `--record` also
 * what its commands print, and its pictures: that takes minutes and a Chromium.
 * Names of documents record those only.
 *
 * @module
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { HOOKS_DOCUMENT, withHookTable } from "./docs/hook_table.ts";
import { recordDocument, RECORDED_DOCUMENTS } from "./docs/record.ts";
import { takePictures } from "./docs/pictures.ts";
import { ROOT } from "./root.ts";

const path = join(ROOT, HOOKS_DOCUMENT);
writeFileSync(path, withHookTable(readFileSync(path, "utf8")));

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
