import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { RuntimeName } from "../../../src/model/program_config.ts";
import {
  ferretCommand,
  plainCommand,
  programRuntimes,
  runProcess,
  withFolder,
} from "../../helpers/processes.ts";
import { query } from "../../helpers/query.ts";
import { COMMON_JS_PROGRAM, MODULE_PROGRAM, PACKAGE_PROGRAM, TSX_PROGRAM } from "./programs.ts";

interface Compared {
  /** `file:line name`, sorted. */
  sources: string[];
  /** `parent - name` of each distinct pair. */
  calls: string[];
  stdout: string;
}

/** Runs a program plain and recorded; what it prints and how it ends must be the same. */
function compare(
  runtime: RuntimeName,
  files: Record<string, string>,
  options: { script: string; flags?: string[]; stderr?: (text: string) => string },
): Promise<Compared> {
  return withFolder({ ...files, ".git/HEAD": "" }, async (cwd) => {
    const { script, flags = [], stderr = (text) => text } = options;
    const permissions = runtime === "deno" ? ["-A", "--no-check"] : [];
    const plain = await runProcess(plainCommand(runtime, script, { flags: permissions }), { cwd });
    const args = ["run", "--quiet", "--runtime", runtime, "-o", "out.duckdb", ...flags];
    const recorded = await runProcess(ferretCommand([...args, ...permissions, script]), { cwd });
    assert.deepEqual(
      { ...recorded, stderr: stderr(recorded.stderr) },
      { ...plain, stderr: stderr(plain.stderr) },
    );
    const path = join(cwd, "out.duckdb");
    const sources = await query(path, "SELECT file, line, name FROM sources");
    const calls = await query(
      path,
      "SELECT DISTINCT parent_name AS parent, name FROM spans WHERE scope = 'function'",
    );
    return {
      sources: sources.map(({ file, line, name }) => `${file}:${line} ${name}`).sort(),
      calls: calls.map(({ parent, name }) => `${parent ?? ""} - ${name}`.trim()).sort(),
      stdout: plain.stdout,
    };
  });
}

/** As every runtime that runs TSX files is to name them and to find them. */
const TSX_SOURCES = [
  "main.tsx:1 h",
  "main.tsx:10 Service.handler",
  "main.tsx:14 Button",
  "main.tsx:15 onClick",
  "main.tsx:16 overloaded",
  "main.tsx:18 Geo.area",
  "main.tsx:2 logged",
  "main.tsx:3 logged > descriptor.value",
  "main.tsx:6 new Base",
  "main.tsx:8 Service.load",
  "main.tsx:9 Service.make",
];

for (const runtime of programRuntimes()) {
  // Node runs no TSX.
  if (runtime !== "node") {
    test(`Functions of a TypeScript program have the same names and places on ${runtime}`, async () => {
      const { sources } = await compare(runtime, TSX_PROGRAM, { script: "main.tsx" });
      assert.deepEqual(sources, TSX_SOURCES);
    });
  }

  test(`Spans of functions have the right parents on ${runtime}`, async () => {
    const { calls } = await compare(runtime, MODULE_PROGRAM, { script: "main.ts" });
    assert.deepEqual(calls, [
      "- main",
      "each - each > start",
      "each - step",
      "lazy - query.then",
      "lazyReturn - query.then",
      "main - each",
      "main - lazy",
      "main - lazyReturn",
      "main - parallel",
      "main - sequence",
      "numbers - step",
      "parallel - parallel > map callback",
      "parallel > map callback - step",
      "sequence - numbers",
      "sequence - step",
    ]);
  });

  test(`CommonJS files do what they do without ferret on ${runtime}`, async () => {
    const { sources, stdout } = await compare(runtime, COMMON_JS_PROGRAM, { script: "main.cjs" });
    assert.match(stdout, /^end$/m);
    assert.ok(sources.includes("lib/a.cjs:4 fromA"), sources.join("\n"));
    assert.ok(sources.includes("lib/b.cjs:3 fromB"), sources.join("\n"));
  });

  test(`--functions takes in packages on ${runtime}`, async () => {
    const options = { script: "main.mjs", flags: ["--functions", "node_modules/**"] };
    const { sources } = await compare(runtime, PACKAGE_PROGRAM, options);
    assert.deepEqual(sources, [
      "node_modules/cjs/index.js:1 double",
      "node_modules/cjs/index.js:2 twice",
      "node_modules/esm/index.js:1 half",
    ]);
    const own = await compare(runtime, PACKAGE_PROGRAM, { script: "main.mjs" });
    assert.deepEqual(own.sources, ["main.mjs:3 main"]);
  });

  test(`A file that says nothing of what it is runs as without ferret on ${runtime}`, async () => {
    const script = "function isStrict() { return this === undefined }\n" +
      "console.log(isStrict(), String(isStrict), String((a) => [a].map((b) => b)));\n";
    for (const name of ["main.js", "main.cjs", "main.mjs", "main.ts"]) {
      await compare(runtime, { [name]: script }, { script: name });
    }
  });

  test(`A file that does not parse is reported as without ferret on ${runtime}`, async () => {
    await compare(runtime, { "main.ts": "export function f( {\n" }, { script: "main.ts" });
  });

  test(`Uncaught errors show the same functions and lines on ${runtime}`, async () => {
    const main = "export function f(a: number) {\n  return [a].map((v: number) => g(v));\n}\n" +
      'function g(v: number): never {\n  throw new Error("from g " + v);\n}\nawait null;\nf(1);\n';
    // Bun does not read the map of a source that a plugin delivers: its columns move. And it
    // leaves out the frames of functions that end in a call, which instrumented ones do not.
    const essence = (text: string) => text.match(/ at g \(.*main\.ts:\d+|from g 1/g)!.join();
    const stderr = runtime === "deno" ? (text: string) => text : essence;
    await compare(runtime, { "main.ts": main }, { script: "main.ts", stderr });
  });
}
