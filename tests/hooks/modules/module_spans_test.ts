import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { RuntimeName } from "../../../src/model/program_config.ts";
import { nameModule } from "../../../src/hooks/modules/module_name.ts";
import { ferretCommand, plainCommand, runProcess, withFolder } from "../../helpers/processes.ts";
import { query } from "../../helpers/query.ts";

const BUSY = "{ const end = performance.now() + 15; while (performance.now() < end); }";

const FILES: Record<string, string> = {
  ".git/HEAD": "",
  "package.json":
    `{ "type": "module", "dependencies": { "cjs": "1", "esm": "1", "@s/lazy": "1" } }`,
  "node_modules/cjs/package.json": `{ "name": "cjs", "version": "1.0.0" }`,
  "node_modules/cjs/index.js": `exports.inner = require("./inner.js"); require("@s/lazy"); ${BUSY}`,
  "node_modules/cjs/inner.js": `module.exports = { busy: 1 }; ${BUSY}`,
  "node_modules/esm/package.json":
    `{ "name": "esm", "version": "1.0.0", "type": "module", "exports": "./index.js" }`,
  "node_modules/esm/index.js": `import "./inner.js"; export default 1; // the end`,
  "node_modules/esm/inner.js": BUSY,
  "node_modules/@s/lazy/package.json": `{ "name": "@s/lazy", "version": "1.0.0" }`,
  "node_modules/@s/lazy/index.js": `module.exports = () => 2; ${BUSY}`,
  "src/db.ts": `import esm from "esm"; export function query(): number { return esm }\n${BUSY}\n`,
  "src/broken.cjs": `throw new Error("broken")`,
  "main.ts": `import { query } from "./src/db.ts";
import cjs from "cjs";
import { createRequire } from "node:module";
const require = createRequire(import.meta.url);
for (let i = 0; i < 3; i++) require("cjs");
try { require("./src/broken.cjs") } catch (error) { console.log((error as Error).message) }
const late = await import("./src/late.ts");
console.log(query(), cjs.inner.busy, late.answer());
`,
  "src/late.ts":
    `export function answer() { return 42 }\nawait new Promise((done) => setTimeout(done, 1));\n`,
  "main.cjs": `const cjs = require("cjs"), own = require("./src/own.cjs");
console.log(cjs.inner.busy, own.n, require("./src/own.cjs") === own, module.children.length);
`,
  "src/own.cjs": `exports.n = require("@s/lazy")(); function unused() {}\n${BUSY}\n`,
};

interface ModuleSpan {
  name: string;
  parent: string | null;
  ms: number;
  path: string;
}

/** Runs a program plainly and recorded; both must say the same. */
function record(runtime: RuntimeName, script: string): Promise<Map<string, ModuleSpan>> {
  return withFolder(FILES, async (cwd) => {
    const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
    const plain = await runProcess(plainCommand(runtime, script, { flags }), { cwd });
    const line = ["run", "--quiet", "--runtime", runtime, "-o", "out.duckdb", ...flags, script];
    const recorded = await runProcess(ferretCommand(line), { cwd });
    assert.deepEqual(recorded, plain);
    assert.equal(plain.exitCode, 0, plain.stderr);
    const rows = await query(
      join(cwd, "out.duckdb"),
      `SELECT name, parent_name AS parent, duration_ns / 1e6 AS ms,
         attributes->>'code.file.path' AS path FROM spans WHERE scope = 'module'`,
    ) as unknown as ModuleSpan[];
    const spans = new Map(rows.map((span) => [span.name, span]));
    assert.ok(script === "main.ts" || rows.length === spans.size, "something was loaded twice");
    return spans;
  });
}

for (const runtime of ["deno", "node"] as const) {
  test(`Modules of a program take time on ${runtime}, each package once`, async () => {
    const spans = await record(runtime, "main.ts");
    const names = ["./src/db.ts", "./src/late.ts", "@s/lazy", "cjs", "esm", "load modules"];
    // What throws is there as well.
    assert.deepEqual([...spans.keys()].sort(), ["./src/broken.cjs", ...names].sort());
    assert.ok(spans.get("esm")!.ms >= 14);
    assert.ok(spans.get("./src/db.ts")!.ms >= 14);
    assert.ok(spans.get("cjs")!.ms >= 44);
    assert.equal(spans.get("@s/lazy")!.parent, "cjs");
    assert.equal(spans.get("cjs")!.path, "node_modules/cjs/index.js");
    assert.equal(spans.get("./src/db.ts")!.path, "src/db.ts");
  });

  test(`What CommonJS requires is inside of what requires it on ${runtime}`, async () => {
    const spans = await record(runtime, "main.cjs");
    assert.deepEqual([...spans.keys()].sort(), ["./src/own.cjs", "@s/lazy", "cjs"]);
    assert.equal(spans.get("@s/lazy")!.parent, "cjs");
    assert.equal(spans.get("./src/own.cjs")!.parent, null);
    assert.ok(spans.get("./src/own.cjs")!.ms >= 14);
  });
}

test("On Bun a file of the program's has the time of the packages that it loads first", async () => {
  const spans = await record("bun", "main.ts");
  assert.deepEqual([...spans.keys()].sort(), ["./src/db.ts", "./src/late.ts", "load modules"]);
  assert.ok(spans.get("./src/db.ts")!.ms >= 28);
});

test("nameModule() names packages by their names, and files by their paths", () => {
  const cases: [file: string, name: string, path: string][] = [
    ["/p/src/a.ts", "./src/a.ts", "src/a.ts"],
    ["/q/a.ts", "/q/a.ts", "/q/a.ts"],
    ["/p/node_modules/pg/lib/a.js", "pg", "node_modules/pg/lib/a.js"],
    ["/p/node_modules/a/node_modules/@b/c/d.js", "@b/c", "node_modules/a/node_modules/@b/c/d.js"],
    [
      "/p/node_modules/.pnpm/x@1/node_modules/x/i.js",
      "x",
      "node_modules/.pnpm/x@1/node_modules/x/i.js",
    ],
    [
      "/c/npm/registry.npmjs.org/@b/c/1.2.3/d.js",
      "@b/c",
      "/c/npm/registry.npmjs.org/@b/c/1.2.3/d.js",
    ],
  ];
  for (const [file, name, path] of cases) {
    const named = nameModule(file, "/p");
    assert.deepEqual([named.name, named.path], [name, path]);
  }
});
