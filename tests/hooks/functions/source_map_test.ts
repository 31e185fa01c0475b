import * as codec from "@jridgewell/sourcemap-codec";
import * as acorn from "acorn";
import assert from "node:assert/strict";
import { test } from "node:test";
import { createInstrument } from "../../../src/hooks/functions/instrument.ts";
import { acornParse, type Parsers } from "../../../src/hooks/functions/parsers.ts";
import { originalPosition, splitInlineMap } from "../../../src/hooks/functions/source_map.ts";
import { SourceLines } from "../../../src/hooks/functions/source_lines.ts";

interface Defined {
  name: string;
  file: string;
  line: number;
  column: number;
}

/** Instruments a source as it is done on Deno. */
function instrument(source: string): { code: string; defined: Defined[] } {
  const defined: Defined[] = [];
  const parsers = { acorn, codec } as unknown as Parsers;
  const run = createInstrument({
    tracer: {
      defineFunction: (name, file, line, column) => defined.push({ name, file, line, column }),
    },
    root: "/srv/app",
    codec: parsers.codec,
    keepsThrowSites: false,
  });
  const file = run(source, "/srv/app/src/a.ts", acornParse(parsers, "module"));
  assert.ok(file !== undefined);
  return { code: file.code, defined };
}

function withMap(code: string, map: object): string {
  const bytes = new TextEncoder().encode(JSON.stringify(map));
  const base64 = btoa(String.fromCharCode(...bytes));
  return `${code}\n//# sourceMappingURL=data:application/json;base64,${base64}`;
}

/** Where the map of `instrumented` says that the `n`th `text` in it comes from. */
function originOf(text: string, instrumented: string, n = 1): string {
  const map = splitInlineMap(instrumented, codec as unknown as Parsers["codec"])!;
  let at = -1;
  for (let i = 0; i < n; i++) at = map.code.indexOf(text, at + 1);
  assert.ok(at >= 0, text);
  const place = originalPosition(map, new SourceLines(map.code).at(at));
  return `${place?.line}:${place?.column}`;
}

test("A file without a map gets one in which every expression is where it was", () => {
  const source = "const é = '😀';\n\nfunction f(a) { return first(a) + second(a) }\nlast();";
  const { code } = instrument(source);
  assert.equal(originOf("first(a)", code), "3:24");
  assert.equal(originOf("second(a)", code), "3:35");
  assert.equal(originOf("last()", code), "4:1");
});

test("A file with a map keeps it, and only columns behind insertions move", () => {
  const generated = "function f(a) {\n  return first(a) + second(a);\n}\nconst g = ()=>third();\n";
  // Each word of the generated lines comes from line 10, 20, 30 and 40 of the original.
  const lines = [
    [[0, 0, 9, 4], [9, 0, 9, 13]],
    [[2, 0, 19, 0], [9, 0, 19, 7], [20, 0, 19, 18]],
    [[0, 0, 29, 0]],
    [[0, 0, 39, 0], [10, 0, 39, 10], [14, 0, 39, 22]],
  ];
  const mappings = codec.encode(lines as codec.SourceMapMappings);
  const map = {
    version: 3,
    sources: ["file:///srv/app/src/a.ts"],
    names: [],
    mappings,
    x_kept: "é",
  };
  const { code, defined } = instrument(withMap(generated, map));
  assert.equal(originOf("first(a)", code), "20:8");
  assert.equal(originOf("second(a)", code), "20:19");
  assert.equal(originOf("third()", code), "40:23");
  assert.equal(code.split("\n")[1], "  return first(a) + second(a);");
  const kept = splitInlineMap(code, codec as unknown as Parsers["codec"])!.raw;
  assert.deepEqual({ ...kept, mappings }, map);
  assert.deepEqual(defined, [
    { name: "f", file: "src/a.ts", line: 10, column: 5 },
    { name: "g", file: "src/a.ts", line: 40, column: 11 },
  ]);
});

test("Functions that only the compiler wrote are left alone", () => {
  const generated = "function _helper() {}\nfunction f() {}\n";
  const mappings = codec.encode([[], [[0, 0, 0, 0]]]);
  const map = { version: 3, sources: ["file:///srv/app/src/a.ts"], names: [], mappings };
  const { code, defined } = instrument(withMap(generated, map));
  assert.deepEqual(defined.map(({ name }) => name), ["f"]);
  assert.equal(code.split("\n")[0], "function _helper() {}");
});

test("Functions of the same name get names of their own", () => {
  const source = "const a = () => 1;\n{\n  const a = () => 2;\n}\n{\n  const a = () => 3;\n}";
  assert.deepEqual(instrument(source).defined.map(({ name }) => name), ["a", "a #2", "a #3"]);
});

test("A file that does not parse is left alone, and so is a very large one", () => {
  const parsers = { acorn, codec } as unknown as Parsers;
  const run = createInstrument({
    tracer: { defineFunction: () => 1 },
    root: "/srv/app",
    keepsThrowSites: false,
  });
  const parse = acornParse(parsers, "module");
  assert.equal(run("function f( {", "/srv/app/a.js", parse), undefined);
  assert.equal(run("1 + 1", "/srv/app/a.js", parse), undefined);
  const large = (length: number) => "function f() {}".padEnd(length, ";");
  assert.ok(run(large(1_000_000), "/srv/app/a.js", parse) !== undefined);
  assert.equal(run(large(1_000_001), "/srv/app/a.js", parse), undefined);
});
