/** docs/guarantees.md names tests: they must be there, by these names. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../helpers/processes.ts";

/** `tests/x_test.ts` and the names behind it, up to the next file or the end of the line. */
function* proofs(text: string): Iterable<{ file: string; names: string[] }> {
  for (const line of text.split("\n").filter((line) => line.startsWith("|"))) {
    for (const [, file, rest] of line.matchAll(/`(tests\/[\w/.]*)`([^`]*)/g)) {
      yield { file: file!, names: [...rest!.matchAll(/"([^"]+)"/g)].map((match) => match[1]!) };
    }
  }
}

test("docs/guarantees.md names a test for every promise", () => {
  const text = readFileSync(join(ROOT, "docs/guarantees.md"), "utf8");
  const found = [...proofs(text)];
  assert.ok(found.length > 30);
  for (const { file, names } of found) {
    const path = join(ROOT, file);
    assert.ok(existsSync(path), file);
    if (statSync(path).isDirectory()) continue;
    const source = readFileSync(path, "utf8");
    for (const name of names) {
      // What differs from case to case is `…` here and a placeholder there.
      for (const part of name.split("…").map((one) => one.trim()).filter((one) => one.length > 3)) {
        assert.ok(source.includes(part), `${file} has no test "${name}"`);
      }
    }
  }
  const [promises] = text.split("## What does not hold") as [string];
  const rows = promises.split("\n").filter((line) => /^\| (?!promise |-)/.test(line));
  for (const row of rows) assert.match(row, /`tests\//, row.slice(0, 80));
});
