/**
 * Programs that nobody here wrote, and what in them could notice ferret. Their
 * functions are recorded: those of the small script that calls a package, and
 * those of the package itself.
 *
 * @module
 */
import type { RuntimeName } from "../../src/model/program_config.ts";

/** A program to run with ferret and without. */
export interface ComparedProgram {
  name: string;
  /** Path below the folder of programs, or in `folder`. */
  script: string;
  /** What it needs around it: a folder below that of programs, copied to where it runs. */
  folder?: string;
  /** Packages whose functions are recorded too. */
  packages: readonly string[];
  args?: readonly string[];
  /** Files in the folder that it runs in. */
  files?: Readonly<Record<string, string>>;
  /** Default all three: some packages do not run everywhere. */
  runtimes?: readonly RuntimeName[];
  /** Default 0. */
  exitCode?: number;
}

const SPEC = `const assert = require("node:assert");
describe("outer", function () {
  this.timeout(500);
  before(async () => { await null; });
  it("passes", () => {});
  it("takes a callback", (done) => setTimeout(done, 1));
  it("fails", () => assert.strictEqual([1, 2].map((x) => x * 2).join(), "2,5"));
  it("rejects", async () => { await null; throw new TypeError("late"); });
  it.skip("is skipped", () => {});
});
`;

const OLD_CODE = `(function (root) { "use strict";
  function Queue(size) { this.items = []; this.size = size | 0; }
  Queue.prototype.push = function (item) { if (this.items.length < this.size) this.items.push(item); return this; };
  Object.defineProperty(Queue.prototype, "length", { get: function () { return this.items.length; } });
  root.Queue = Queue; if (false) console.log("never");
})(this);
`;

const APPS = "apps/transparency";

/** In the order of what could go wrong in them. */
export const COMPARED: readonly ComparedProgram[] = [
  { name: "A list of the runtime's functions", script: `${APPS}/builtins.mjs`, packages: [] },
  { name: "immer", script: `${APPS}/immer.mjs`, packages: ["immer"] },
  {
    name: "mobx",
    script: `${APPS}/mobx.ts`,
    packages: ["mobx"],
    // Node takes no parameter properties and the like out of TypeScript.
    runtimes: ["deno", "bun"],
  },
  {
    name: "tsyringe and reflect-metadata",
    script: "decorators.ts",
    folder: `${APPS}/legacy`,
    packages: ["tsyringe", "reflect-metadata"],
    runtimes: ["deno", "bun"],
  },
  {
    name: "ejs, handlebars, lodash and ajv",
    script: `${APPS}/templates.cjs`,
    packages: ["ejs", "handlebars", "ajv"],
  },
  {
    name: "awilix and serialize-javascript",
    script: `${APPS}/function_text.mjs`,
    packages: ["awilix", "serialize-javascript"],
  },
  {
    name: "workerpool",
    script: `${APPS}/worker_pool.mjs`,
    packages: [],
    // On Bun its threads never answer.
    runtimes: ["deno", "node"],
  },
  {
    name: "callsites",
    script: `${APPS}/stacks.cjs`,
    packages: ["callsites"],
    exitCode: 1,
  },
  {
    name: "depd",
    script: `${APPS}/deprecated.cjs`,
    packages: [],
    // Bun shows who compiled the file below it.
    runtimes: ["deno", "node"],
  },
  {
    name: "source-map-support, sucrase and terser",
    script: `${APPS}/source_maps.cjs`,
    packages: ["source-map", "sucrase", "pirates"],
  },
  {
    name: "graceful-fs, sinon and proxyquire",
    script: `${APPS}/patched.cjs`,
    packages: ["graceful-fs", "sinon", "proxyquire"],
  },
  {
    name: "nock",
    script: `${APPS}/intercepted.mjs`,
    packages: ["nock"],
    // Elsewhere node:http does not ask what nock replaces.
    runtimes: ["node"],
  },
  {
    name: "zone.js and bluebird",
    script: `${APPS}/zone.mjs`,
    packages: ["zone.js", "bluebird"],
  },
  { name: "ses", script: `${APPS}/lockdown.mjs`, packages: [] },
  {
    name: "es-module-lexer and @node-rs/crc32",
    script: `${APPS}/wasm_and_native.mjs`,
    packages: ["es-module-lexer", "@node-rs/crc32"],
  },
  {
    name: "preact",
    script: `${APPS}/view.tsx`,
    packages: ["preact", "preact-render-to-string"],
    runtimes: ["deno", "bun"],
  },
  { name: "OpenTelemetry", script: `${APPS}/telemetry.cjs`, packages: [] },
  {
    name: "marked and commander",
    script: `${APPS}/modules.mjs`,
    packages: ["marked", "commander"],
  },
  {
    name: "mocha",
    script: "node_modules/mocha/bin/mocha.js",
    packages: ["mocha"],
    args: ["--reporter", "dot", "spec.cjs"],
    files: { "spec.cjs": SPEC },
    // With a module hook, even one that does nothing, Deno 2.9 panics.
    runtimes: ["bun", "node"],
    exitCode: 2,
  },
  {
    name: "terser's program",
    script: "node_modules/terser/bin/terser",
    packages: [],
    args: [
      "old.js",
      "--compress",
      "--mangle",
      "--output",
      "new.js",
      "--source-map",
    ],
    files: { "old.js": OLD_CODE },
  },
  {
    name: "sucrase's program",
    script: "node_modules/sucrase/bin/sucrase",
    packages: ["sucrase"],
    args: ["src", "-d", "out", "--transforms", "typescript,imports"],
    files: {
      "src/a.ts": "export const f = <T,>(x: T): T => x;\nexport enum E { A = 1 }\n",
    },
  },
  {
    name: "marked's program",
    script: "node_modules/marked/bin/marked.js",
    packages: ["marked"],
    args: ["-i", "page.md", "-o", "page.html"],
    files: { "page.md": "# Title\n\n* one\n* `two`\n\n| a |\n|---|\n| b |\n" },
  },
  {
    name: "handlebars' program",
    script: "node_modules/handlebars/bin/handlebars",
    packages: ["handlebars"],
    args: ["row.handlebars", "-f", "row.js"],
    files: { "row.handlebars": "{{#each rows}}{{name}}{{/each}}\n" },
  },
];
