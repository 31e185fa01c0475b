import assert from "node:assert/strict";
import { join } from "node:path";
import { before, test } from "node:test";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferretCommand, runProcess, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";
import { installPrograms } from "./installed.ts";

const UGLY = `const   a = {b:1,
c : [1,2,3]};   export function  f( x ){ return x+a.b }
`;
const WRONG =
  `export const n: number = "text";\nexport function f(x: string) { return x.lenght; }\n`;

/** Command-line tools, each with something to say and an exit code of its own. */
const TOOLS = [
  {
    name: "prettier",
    script: "prettier/bin/prettier.cjs",
    args: ["ugly.js"],
    exitCode: 0,
  },
  {
    name: "prettier --check",
    script: "prettier/bin/prettier.cjs",
    args: ["--check", "."],
    exitCode: 1,
  },
  {
    name: "eslint",
    script: "eslint/bin/eslint.js",
    args: ["ugly.js"],
    exitCode: 1,
  },
  {
    name: "tsc",
    script: "typescript/bin/tsc",
    args: ["--noEmit", "--lib", "es2020", "wrong.ts"],
    exitCode: 2,
  },
] as const;

const FILES = {
  "ugly.js": UGLY,
  "wrong.ts": WRONG,
  "package.json": `{ "type": "module" }\n`,
  "eslint.config.js":
    `export default [{ rules: { "no-unused-vars": "error", semi: "error", "no-extra-semi": "error" } }];\n`,
};

let programs = "";
before(async () => {
  programs = await installPrograms();
});

for (const runtime of ["deno", "bun", "node"] as const) {
  for (const tool of TOOLS) {
    test(`${tool.name} on ${runtime} prints the same and ends the same under ferret`, async () => {
      // The recording lies outside of the folder that the tools look at.
      await withFolder(inFolder("work", FILES), async (parent) => {
        const folder = join(parent, "work");
        const script = join(programs, "node_modules", tool.script);
        const out = join(parent, "out.duckdb");
        const flags = runtime === "deno" ? ["-A"] : [];
        const run = [
          "run",
          "--quiet",
          "--runtime",
          runtime,
          "-o",
          out,
          ...flags,
          script,
        ];
        const [plain, recorded] = await Promise.all([
          runProcess(
            [...plainRun(runtime), script, ...tool.args],
            { cwd: folder },
          ),
          runProcess(ferretCommand([...run, ...tool.args], runtime), {
            cwd: folder,
          }),
        ]);
        assert.equal(plain.exitCode, tool.exitCode, plain.stderr);
        assert.deepEqual(recorded, plain);
        const [row] = await query(out, "SELECT status, exit_code FROM runs");
        assert.deepEqual(row, { status: "complete", exit_code: tool.exitCode });
      });
    });
  }
}

function plainRun(runtime: RuntimeName): string[] {
  return runtime === "deno" ? ["deno", "run", "-A"] : [runtime];
}

function inFolder(
  folder: string,
  files: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]),
  );
}
