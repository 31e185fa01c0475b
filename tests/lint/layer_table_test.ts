import assert from "node:assert/strict";
import { test } from "node:test";
import { findBreach, type ImportSite, LAYERS } from "../../lint/layer_table.ts";
import { findCycle, findImports } from "../../lint/no_cycles.ts";

function breach(from: string, specifier: string, how: Partial<ImportSite> = {}) {
  return findBreach({ from, specifier, isDynamic: false, isTypeOnly: false, ...how });
}

test("findBreach() allows what the table lists", () => {
  assert.equal(breach("src/ring/producer.ts", "../model/span.ts"), undefined);
  assert.equal(breach("src/ring/producer.ts", "./layout.ts"), undefined);
  assert.equal(breach("cli/commands/run.ts", "../../src/store/schema.ts"), undefined);
  assert.equal(breach("src/store/join.ts", "../runtime/fail_point.ts"), undefined);
  assert.equal(breach("src/hooks/functions/install.ts", "../hook.ts"), undefined);
});

test("findBreach() reports what the table does not list", () => {
  const cases = [
    ["src/model/span.ts", "../runtime/clock.ts"],
    ["src/analysis/percentile.ts", "../store/schema.ts"],
    ["src/recorder/span.ts", "../writer/client.ts"],
    ["src/hooks/fetch.ts", "../ring/producer.ts"],
    ["src/recorder/recorder.ts", "../runtime/fail_point.ts"],
    ["src/ring/producer.ts", "../runtime/fail_point.ts"],
    ["src/hooks/fetch.ts", "./functions/install.ts"],
    ["src/store/schema.ts", "../../cli/main.ts"],
    ["src/store/schema.ts", "../../mod.ts"],
    ["cli/main.ts", "../scripts/root.ts"],
  ] as const;
  for (const [from, to] of cases) assert.match(breach(from, to) ?? "", /may not import/, from + to);
});

test("findBreach() keeps packages out of the profiled program", () => {
  assert.match(breach("src/recorder/span.ts", "acorn") ?? "", /may load no package/);
  assert.match(breach("src/hooks/fetch.ts", "acorn", { isDynamic: true }) ?? "", /may load no/);
  assert.match(breach("src/hooks/functions/deno.ts", "acorn") ?? "", /import\(\) on first use/);
  assert.equal(
    breach("src/hooks/functions/deno.ts", "acorn", { isDynamic: true }),
    undefined,
  );
  assert.equal(breach("src/recorder/span.ts", "acorn", { isTypeOnly: true }), undefined);
  assert.equal(breach("src/recorder/span.ts", "node:async_hooks"), undefined);
  assert.equal(breach("src/writer/worker.ts", "@duckdb/node-api"), undefined);
});

test("LAYERS lets nothing import the command line and has no cycles between layers", () => {
  for (const [name, { mayImport }] of Object.entries(LAYERS)) {
    assert.ok(!mayImport.includes("cli"), name);
    // start.ts and functions/ are parts of src/hooks that the rest of it may not use.
    assert.equal(findCycle(name, (layer) => [...LAYERS[layer]?.mayImport ?? []]), undefined);
  }
});

test("findCycle() finds the shortest way back", () => {
  const imports: Record<string, string[]> = { a: ["b", "c"], b: ["c"], c: ["a"], d: ["a"] };
  const importsOf = (path: string) => imports[path] ?? [];
  assert.deepEqual(findCycle("a", importsOf), ["a", "c", "a"]);
  assert.deepEqual(findCycle("b", importsOf), ["b", "c", "a", "b"]);
  assert.equal(findCycle("d", importsOf), undefined);
});

test("findImports() sees exports and import(), and no types or comments", () => {
  const text = [
    '/** import { no } from "./no.ts"; */',
    '// import { no } from "./no.ts";',
    'import type { T } from "./t.ts";',
    'import { type U, a } from "./a.ts";',
    'export type { V } from "./v.ts";',
    'import "./effect.ts";',
    "import {",
    "  B,",
    '} from "../ring/b.ts";',
    'const c = await import("./c.ts");',
    'import { readFile } from "node:fs";',
  ].join("\n");
  assert.deepEqual(findImports("src/store/x.ts", text), [
    "src/store/a.ts",
    "src/store/effect.ts",
    "src/ring/b.ts",
    "src/store/c.ts",
  ]);
});
