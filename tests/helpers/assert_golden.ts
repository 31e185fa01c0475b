/**
 * Compares output with a file in tests/golden. `UPDATE_GOLDEN=1` writes the
 * files anew; what changed is then for `git diff` to show.
 *
 * @module
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";

const FOLDER = new URL("../golden/", import.meta.url);

/** Asserts that `text` is what the golden file of this name holds. */
export function assertGolden(name: string, text: string): void {
  const file = new URL(name, FOLDER);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(file, text);
    return;
  }
  assert.equal(
    text,
    readFileSync(file, "utf8"),
    `tests/golden/${name} (UPDATE_GOLDEN=1 renews it)`,
  );
}
