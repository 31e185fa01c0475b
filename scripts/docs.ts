/**
 * Writes what in the documentation is made from the code. With `--record` also
 * what its commands print, and its pictures: that takes minutes and a Chromium.
 * Names of documents record those only.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { madeFiles } from "./docs/made_files.ts";
import { recordDocument, RECORDED_DOCUMENTS } from "./docs/record.ts";
import { takePictures } from "./docs/pictures.ts";
import { ROOT } from "./root.ts";

for (const { path: name, make } of madeFiles()) {
  const path = join(ROOT, name);
  const text = existsSync(path) ? readFileSync(path, "utf8") : "";
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, make(text));
}

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
