import * as acorn from "acorn";
import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutInsertions } from "../../../src/hooks/functions/original_text.ts";
import { acornParse, oxcParse, type Parsers } from "../../../src/hooks/functions/parsers.ts";
import { forEachChild, isFunction, type SyntaxNode } from "../../../src/hooks/functions/syntax.ts";
import {
  applyInsertions,
  type Insertion,
  transform,
} from "../../../src/hooks/functions/transform.ts";
import { SNIPPETS } from "./snippets.ts";

const codec = { decode: () => [], encode: () => "" };
const parse = acornParse({ acorn, codec } as unknown as Parsers, "commonjs");

function insertionsOf(program: SyntaxNode, source: string): Insertion[] {
  let count = 0;
  return transform(program, source, {
    defineFunction: () => ++count,
    anonymousName: () => "anonymous",
  });
}

/** Where an offset of the source is once the text is inserted. */
function moved(offset: number, insertions: readonly Insertion[], isEnd: boolean): number {
  return insertions.filter(({ at }) => at < offset || at === offset && !isEnd)
    .reduce((sum, { text }) => sum + text.length, offset);
}

function functionsOf(node: SyntaxNode): SyntaxNode[] {
  const found = isFunction(node) || node.type === "ClassExpression" ? [node] : [];
  forEachChild(node, (child) => found.push(...functionsOf(child)));
  return found;
}

for (const [about, body] of Object.entries(SNIPPETS)) {
  test(`withoutInsertions() gives functions their own text: ${about}`, () => {
    const source = `async function program(log) {${body}\n}`;
    const program = parse(source, "test.js");
    const insertions = insertionsOf(program, source);
    const instrumented = applyInsertions(source, insertions);
    for (const { start, end } of functionsOf(program)) {
      const text = instrumented.slice(
        moved(start, insertions, false),
        moved(end, insertions, true),
      );
      if (!text.includes("__ferret__")) continue;
      assert.equal(withoutInsertions({ source, insertions }, text), source.slice(start, end));
    }
  });
}

test("withoutInsertions() finds a function of which Node has blanked the types", () => {
  const source = "const twice = (x: number): number => x * 2;";
  const insertions = insertionsOf(oxcParse("module")(source, "a.ts"), source);
  const blank = applyInsertions(source, insertions).replaceAll(": number", "        ");
  const text = blank.slice(blank.indexOf("("), -1);
  assert.equal(withoutInsertions({ source, insertions }, text), "(x        )         => x * 2");
});

test("withoutInsertions() knows no text of another file", () => {
  const source = "function f() { return 1 }";
  const insertions = insertionsOf(parse(source, "a.js"), source);
  const other = "function f() { return 1 + 1 }";
  const text = applyInsertions(other, insertionsOf(parse(other, "b.js"), other));
  assert.equal(withoutInsertions({ source, insertions }, text), undefined);
});

test("transform() leaves a function alone that is an error", () => {
  for (const body of ["let a", "const { b: a } = {}", "class a {}"]) {
    const source = `function f(a) { ${body} }`;
    assert.deepEqual(insertionsOf(oxcParse("commonjs")(source, "a.js"), source), []);
  }
});
