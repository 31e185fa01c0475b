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
import { SCHEMA_FILE } from "../cli/config/schema_place.ts";
import { configSchemaText } from "./docs/config_schema.ts";
import { CONFIG_DOCUMENT, withConfigTables } from "./docs/config_tables.ts";
import { HOOKS_DOCUMENT, withHookTable } from "./docs/hook_table.ts";
import { recordDocument, RECORDED_DOCUMENTS } from "./docs/record.ts";
import { takePictures } from "./docs/pictures.ts";
import { ROOT } from "./root.ts";

writeDocument(HOOKS_DOCUMENT, withHookTable);
writeDocument(CONFIG_DOCUMENT, withConfigTables);
writeFileSync(join(ROOT, SCHEMA_FILE), configSchemaText());

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

function writeDocument(document: string, complete: (text: string) => string): void {
  const path = join(ROOT, document);
  writeFileSync(path, complete(readFileSync(path, "utf8")));
}
