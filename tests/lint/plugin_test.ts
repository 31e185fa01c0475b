import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT } from "../../scripts/root.ts";
import { findRuntime } from "../../scripts/runtimes.ts";

const HEADER = "/**\n * A file.\n *\n * @module\n */\n";

/** Each file breaks one rule, or none. */
const FILES: Record<string, string> = {
  "src/model/fine.ts": HEADER + "export function one(): number {\n  return 1;\n}\n",
  "src/model/layers.ts": HEADER + 'import { a } from "../ring/a.ts";\nexport const b = a;\n',
  "src/ring/a.ts": HEADER + "export const a = 1;\n",
  "src/ring/package.ts": HEADER + 'import { parse } from "acorn";\nexport const p = parse;\n',
  "src/model/long.ts": HEADER + "// A line.\n".repeat(496),
  "src/model/just_short_enough.ts": HEADER + "// A line.\n".repeat(495),
  "src/model/bare.ts": "export const a = 1;\n",
  "src/model/arrow.ts": HEADER + "export const f = (a: number) => a;\n",
  "src/model/default.ts": HEADER + "export default 1;\n",
  "src/model/printing.ts": HEADER + 'console.log("hello");\n',
  "src/model/exiting.ts": HEADER + "Deno.exit(1);\n",
  "src/model/keyword.ts": HEADER + "export class A {\n  private a = 1;\n}\n",
  "src/model/hidden.ts": HEADER + "export class A {\n  private constructor() {}\n}\n",
  "src/model/barrel.ts": HEADER + 'export { one } from "./fine.ts";\n',
  "mod.ts": HEADER + 'export { one } from "./src/model/fine.ts";\n',
  "src/store/left.ts": HEADER + 'import { right } from "./right.ts";\nexport const left = right;\n',
  "src/store/right.ts": HEADER + 'import { left } from "./left.ts";\nexport const right = left;\n',
  "src/store/upper.ts": HEADER +
    'import { lower } from "./lower.ts";\nexport type Upper = typeof lower;\n',
  "src/store/lower.ts": HEADER +
    'import type { Upper } from "./upper.ts";\nexport const lower = {} as Upper;\n',
  "cli/printing.ts": HEADER + 'console.log("hello");\n',
};

let folder: string;
let codesByFile: Map<string, string[]>;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "ferret-lint-"));
  cpSync(join(ROOT, "lint"), join(folder, "lint"), { recursive: true });
  cpSync(join(ROOT, "deno.json"), join(folder, "deno.json"));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const { stdout, stderr } = spawnSync(
    findRuntime("deno").path,
    ["lint", "--json", "--rules-exclude=no-console", "src", "cli", "mod.ts"],
    { cwd: folder, encoding: "utf8" },
  );
  assert.notEqual(stdout, "", stderr);
  const { diagnostics } = JSON.parse(stdout) as {
    diagnostics: { filename: string; code: string }[];
  };
  codesByFile = new Map(
    Object.keys(FILES).map((path) => [
      path,
      diagnostics.filter(({ filename }) => filename.endsWith(`/${path}`)).map(({ code }) => code),
    ]),
  );
});

after(() => rmSync(folder, { recursive: true, force: true }));

const EXPECTED: Record<string, string[]> = {
  "src/model/layers.ts": ["ferret/layers"],
  "src/ring/package.ts": ["ferret/layers"],
  "src/model/long.ts": ["ferret/max-lines"],
  "src/model/bare.ts": ["ferret/module-comment"],
  "src/model/arrow.ts": ["ferret/no-arrow-const"],
  "src/model/default.ts": ["ferret/no-default-export"],
  "src/model/printing.ts": ["ferret/no-output"],
  "src/model/exiting.ts": ["ferret/no-output"],
  "src/model/keyword.ts": ["ferret/no-private-keyword"],
  "src/model/barrel.ts": ["ferret/no-reexport"],
  "src/store/left.ts": ["ferret/no-cycles"],
  "src/store/right.ts": ["ferret/no-cycles"],
};

for (const path of Object.keys(FILES)) {
  const expected = EXPECTED[path] ?? [];
  test(`deno lint reports ${expected.join(", ") || "nothing"} in ${path}`, () => {
    assert.deepEqual(codesByFile.get(path), expected);
  });
}
