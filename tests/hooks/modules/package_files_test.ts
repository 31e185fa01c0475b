import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { RuntimeName } from "../../../src/model/program_config.ts";
import { plainCommand, ROOT, runProcess, withFolder } from "../../helpers/processes.ts";

const PACKAGES: Record<string, string> = {
  "package.json": `{ "dependencies": { "cjs": "1", "esm": "1", "dual": "1", "@s/fn": "1" } }`,
  "node_modules/cjs/package.json": `{ "name": "cjs", "version": "1.0.0", "main": "lib/index.js" }`,
  "node_modules/cjs/lib/index.js": `#!/usr/bin/env node
"use strict";
exports.early = true;
const other = require("./other");
class Client { fail() { throw new Error("failed") } }
exports.Client = Client;
exports.cycle = () => [other.sawEarly, other.index() === exports, module.children?.length > 0];
exports.isStrict = (function () { return this === undefined })();
// the end, without a line break`,
  "node_modules/cjs/lib/other.js": `const index = require("./index.js");
module.exports = { sawEarly: index.early, sawClient: "Client" in index, index: () => index };
//# sourceMappingURL=other.js.map
`,
  "node_modules/esm/package.json":
    `{ "name": "esm", "version": "1.0.0", "type": "module", "exports": "./index.js" }`,
  "node_modules/esm/index.js": `import { base } from "./base.js";
export const late = await Promise.resolve("late");
export class Client extends base() { fail() { throw new Error("failed") } }
export default Client // the end`,
  "node_modules/esm/base.js": `import * as index from "./index.js";
export function base() { return class Base { index() { return index.late } } }
`,
  "node_modules/dual/package.json": `{ "name": "dual", "version": "1.0.0", "exports": {
    "import": "./index.mjs", "require": "./index.cjs" } }`,
  "node_modules/dual/index.mjs": `export const kind = "mjs"; export let state = { n: 0 };\n`,
  "node_modules/dual/index.cjs": `exports.kind = "cjs"; exports.state = { n: 0 };\n`,
  "node_modules/@s/fn/package.json": `{ "name": "@s/fn", "version": "1.0.0" }`,
  "node_modules/@s/fn/index.js": `module.exports = function fn() { return "original" };\n`,
  "main.mjs": `import cjs, { Client } from "cjs";
import Esm, { late } from "esm";
import * as dual from "dual";
import fn from "@s/fn";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
const require = createRequire(import.meta.url);
console.log(Client === cjs.Client, cjs.cycle(), cjs.isStrict, late, new Esm().index());
console.log(require("cjs") === cjs, (await import("cjs")).default === cjs, (await import("esm")).default === Esm);
console.log(dual.kind, require("dual").kind, require("@s/fn") === fn);
const cached = Object.keys(require.cache).map((path) => path.slice(dirname(fileURLToPath(import.meta.url)).length));
console.log(cached.filter((path) => path.includes("node_modules")).sort().join());
for (const Failing of [cjs.Client, Esm]) {
  try { new Failing().fail() } catch (error) { console.log(error.stack.match(/index\\.js:\\d+/)[0]) }
}
console.error(fn(), fn.name, cjs.extra);
`,
  "main.cjs": `const cjs = require("cjs"), dual = require("dual"), fn = require("@s/fn");
console.log(cjs.cycle(), cjs.isStrict, dual.kind, require("cjs") === cjs, module.children.length);
try { new cjs.Client().fail() } catch (error) { console.log(error.stack.match(/index\\.js:\\d+/)[0]) }
delete require.cache[require.resolve("dual")];
console.log(require("dual") === dual, Object.keys(cjs).join(), Object.keys(globalThis).includes("ferret"));
import("esm").then(async (esm) => {
  console.log(esm.late, (await import("cjs")).default === cjs, (await import("@s/fn")).default === fn);
  console.error(fn(), fn.name, cjs.extra);
});
`,
  "required.cjs": `const esm = require("dual-esm");
import("dual-esm").then((again) => console.log(esm.n, again.state === esm.state, require("dual-esm") === esm));
`,
  "imported.cjs":
    `import("dual-esm").then((esm) => console.log(require("dual-esm").state === esm.state));\n`,
  "node_modules/dual-esm/package.json":
    `{ "name": "dual-esm", "version": "1.0.0", "type": "module", "main": "index.js" }`,
  "node_modules/dual-esm/index.js": `export const n = 1; export const state = {};\n`,
};

/** A preload with one patch for each kind of file, and one that throws. */
function preload(root: string): string {
  const own = (file: string) => JSON.stringify(pathToFileURL(join(root, "src/hooks", file)).href);
  return `import { BuiltinWatch } from ${own("builtin_watch.ts")};
import { PackageFiles } from ${own("package_files.ts")};
import { watchModules } from ${own("watch_modules.ts")};
const packages = new PackageFiles();
const note = (exports, path) => console.error("patch", path.split("node_modules/")[1], Object.keys(exports).join());
packages.addPackage({ file: /\\/node_modules\\/(cjs|esm|dual|dual-esm)\\/(lib\\/)?(index|other)\\.[cm]?js$/, patch: note });
packages.addPackage({ file: /\\/node_modules\\/cjs\\/lib\\/index\\.js$/, patch() { throw new Error("broken hook") } });
packages.addPackage({ file: /\\/node_modules\\/cjs\\/lib\\/index\\.js$/, patch(exports) {
  Object.defineProperty(exports, "extra", { value: "added" });
} });
packages.addPackage({ file: /\\/node_modules\\/@s\\/fn\\/index\\.js$/, patch: (fn) => {
  return Object.defineProperty(() => "wrapped " + fn(), "name", { value: "fn" });
} });
watchModules({ functions: { enabled: false } }, { packages, builtins: new BuiltinWatch() });
`;
}

async function run(
  runtime: RuntimeName,
  script: string,
): Promise<{ plain: string; seen: string[] }> {
  return await withFolder(PACKAGES, async (cwd) => {
    const path = join(cwd, "preload.mjs");
    await writeFile(path, preload(ROOT));
    const permissions = runtime === "deno" ? ["-A"] : [];
    const flag = { deno: "--preload=", bun: "--preload=", node: "--import=" }[runtime];
    const plain = await runProcess(plainCommand(runtime, script, { flags: permissions }), { cwd });
    const flags = [...permissions, flag + path];
    const patched = await runProcess(plainCommand(runtime, script, { flags }), { cwd });
    assert.equal(plain.exitCode, 0, plain.stderr);
    assert.equal(patched.stdout, plain.stdout, patched.stderr);
    assert.equal(patched.exitCode, 0, patched.stderr);
    return { plain: plain.stdout, seen: patched.stderr.trim().split("\n").sort() };
  });
}

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`A hook sees what packages export on ${runtime}, to an ES module`, async () => {
    const { seen, plain } = await run(runtime, "main.mjs");
    assert.match(plain, /^mjs cjs true$/m);
    assert.deepEqual(seen, [
      "patch cjs/lib/index.js early,Client,cycle,isStrict",
      "patch cjs/lib/other.js sawEarly,sawClient,index",
      "patch dual/index.cjs kind,state",
      "patch dual/index.mjs kind,state",
      "patch esm/index.js Client,default,late",
      "wrapped original fn added",
    ]);
  });

  test(`A hook sees what packages export on ${runtime}, to CommonJS`, async () => {
    const { seen } = await run(runtime, "main.cjs");
    assert.deepEqual(seen, [
      "patch cjs/lib/index.js early,Client,cycle,isStrict",
      "patch cjs/lib/other.js sawEarly,sawClient,index",
      "patch dual/index.cjs kind,state",
      "patch dual/index.cjs kind,state",
      "patch esm/index.js Client,default,late",
      "wrapped original fn added",
    ]);
  });

  test(`An ES module that is required and imported is one module on ${runtime}`, async () => {
    // Deno runs one that is imported first a second time as soon as there is a resolve hook.
    for (const script of ["required.cjs", ...runtime === "deno" ? [] : ["imported.cjs"]]) {
      const { seen } = await run(runtime, script);
      assert.deepEqual(seen, ["patch dual-esm/index.js n,state"]);
    }
  });
}
