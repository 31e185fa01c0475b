import assert from "node:assert/strict";
import { test } from "node:test";
import { ferretCommand, plainCommand, runProcess, withFolder } from "../helpers/processes.ts";

const PROGRAM = {
  "package.json": "{}",
  ".git/HEAD": "",
  "main.cjs": `
    const { twice } = require("./module.mjs");
    console.log(twice(2));
  `,
  "module.mjs": `import { add } from "./add.mjs"; export function twice(n) { return add(n, n); }`,
  "add.mjs": `export function add(a, b) { return a + b; }`,
};

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`ES modules that are required find what they import on ${runtime}`, async () => {
    await withFolder(PROGRAM, async (cwd) => {
      const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
      const plain = await runProcess(plainCommand(runtime, "main.cjs", { flags }), { cwd });
      const args = ["run", "--quiet", "--runtime", runtime, "-o", "out.duckdb", ...flags];
      const recorded = await runProcess(ferretCommand([...args, "main.cjs"]), { cwd });
      assert.equal(plain.stdout, "4\n");
      assert.deepEqual(recorded, plain);
    });
  });
}
