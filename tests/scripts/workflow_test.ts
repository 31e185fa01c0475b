/** The workflow of the repository's host: nobody can run it here, but what it names must be there. */
import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../../scripts/root.ts";

const WORKFLOW = readFileSync(join(ROOT, ".github/workflows/ci.yml"), "utf8");
const MANIFEST = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** All that stands in the group of a pattern. */
function found(pattern: RegExp): string[] {
  return [...WORKFLOW.matchAll(pattern)].map(([, word]) => word!);
}

test("The workflow runs scripts of package.json", () => {
  const names = found(/npm run ([\w:]+(?:\$\{\{ matrix\.runtime \}\})?)/g).flatMap((name) =>
    name.endsWith("}}")
      ? ["deno", "bun", "node"].map((runtime) => name.replace(/\$.*/, runtime))
      : [name]
  );
  assert.ok(names.includes("check") && names.includes("test:node"), names.join());
  for (const name of names) assert.ok(MANIFEST.scripts[name] !== undefined, name);
});

test("The workflow runs files that can be executed, and tests that exist", () => {
  const files = found(/run: ([\w./]+\/[\w.]+)/g);
  assert.ok(files.includes(".ci/run") && files.length > 1);
  for (const file of files) assert.ok(statSync(join(ROOT, file)).mode & 0o100, file);
  const folders = found(/\b(tests\/\w+)/g);
  assert.ok(folders.length > 5);
  for (const folder of folders) assert.ok(statSync(join(ROOT, folder)).isDirectory(), folder);
});

test("The workflow pins its actions to commits and may only read", () => {
  const uses = found(/uses: (.*)/g);
  assert.ok(uses.length > 5);
  for (const use of uses) assert.match(use, /^actions\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  assert.deepEqual(found(/^permissions:\n((?: {2}.*\n)+)/gm), ["  contents: read\n"]);
  assert.equal(found(/^( +permissions:)/gm).length, 0);
});

test("The workflow covers the systems that docs/platforms.md names as tested by it", () => {
  for (const system of ["ubuntu-24.04-arm", "macos-latest", "windows-latest", "node:24-alpine"]) {
    assert.ok(WORKFLOW.includes(system), system);
  }
});
