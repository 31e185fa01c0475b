import assert from "node:assert/strict";
import { test } from "node:test";
import * as acorn from "acorn";
import { acornParse, oxcParse, type Parsers } from "../../../src/hooks/functions/parsers.ts";
import type { Parse } from "../../../src/hooks/functions/syntax.ts";
import { transform } from "../../../src/hooks/functions/transform.ts";

/** Names of the functions of a source, in the order in which they stand there. */
function namesOf(source: string, parse: Parse, path: string): string[] {
  const names: string[] = [];
  transform(parse(source, path), source, {
    anonymousName: (at) => `${path}:${source.slice(0, at).split("\n").length}`,
    defineFunction: (name) => names.push(name),
  });
  return names;
}

/** JavaScript, and the names of its functions. */
const NAMES: [about: string, source: string, names: string[]][] = [
  ["declarations", "function a() {} async function b() {} function* c() {}", ["a", "b", "c"]],
  ["variables", "const a = () => 1, b = function () {}; let c = async () => {};", ["a", "b", "c"]],
  ["own names before those of callbacks", "[].map(function twice() {})", ["twice"]],
  ["functions in functions", "function a() { const b = () => function c() {} }", [
    "a",
    "a > b",
    "a > b > c",
  ]],
  [
    "members of classes",
    "class Cart { constructor() {} total() {} get size() { return 1 } set size(v) {} static of() {} #sum() {} onAdd = () => {}; static [Symbol.iterator]() {} 'a b'() {} }",
    [
      "new Cart",
      "Cart.total",
      "get Cart.size",
      "set Cart.size",
      "Cart.of",
      "Cart.#sum",
      "Cart.onAdd",
      "Cart.[Symbol.iterator]",
      "Cart.a b",
    ],
  ],
  ["class expressions", "const Cart = class { total() {} }; const x = class Own { y() {} };", [
    "Cart.total",
    "Own.y",
  ]],
  ["classes in functions", "function make() { return class Cart { total() {} } }", [
    "make",
    "make > Cart.total",
  ]],
  ["members set in a constructor", "class Cart { constructor() { this.close = () => {} } }", [
    "new Cart",
    "Cart.close",
  ]],
  [
    "objects",
    "const api = { get() {}, users: { list: () => 1 }, set size(v) {}, 'a-b': () => 1 };",
    [
      "api.get",
      "api.users.list",
      "set api.size",
      "api.a-b",
    ],
  ],
  [
    "assignments",
    "Cart.prototype.total = function () {}; exports.load = () => {}; a.b.c = () => 1; module.exports = { list() {} };",
    [
      "Cart.total",
      "load",
      "a.b.c",
      "list",
    ],
  ],
  ["callbacks", "list.map((x) => x); wrap(() => 1); new Promise((r) => r()); a.b.c(() => 1)", [
    "map callback",
    "wrap callback",
    "new Promise callback",
    "c callback",
  ]],
  ["callbacks of something", 'app.get("/users/:id", () => 1); on("data", () => 1)', [
    "get /users/:id callback",
    "on data callback",
  ]],
  ["options", "serve({ port: 1, handler() {}, onError: () => 1 })", ["handler", "onError"]],
  ["defaults", "function a(b = () => 1, { c = () => 2 } = {}) {}", ["a > b", "a > c", "a"]],
  ["nothing to go by", "(function () {})();\nfunction a() {\n  return () => 1 }", [
    "app.js:1",
    "a",
    "a > app.js:3",
  ]],
  ["default exports", "export default function () {}", ["default"]],
  ["choices", "const a = x ? () => 1 : y || (() => 2)", ["a", "a"]],
];

for (const [about, source, names] of NAMES) {
  test(`Functions are named by ${about}`, () => {
    const parsers = { acorn } as unknown as Parsers;
    assert.deepEqual(namesOf(source, acornParse(parsers, "module"), "app.js").sort(), names.sort());
    assert.deepEqual(namesOf(source, oxcParse("module"), "app.js").sort(), names.sort());
  });
}

/** TypeScript, what Deno makes of it, and the names of both. */
const TYPESCRIPT: [about: string, source: string, compiled: string, names: string[]][] = [
  [
    "namespaces",
    "namespace Geo { export function area() {} export const k = () => 1; namespace In { class C { m() {} } } }",
    "(function (Geo) { function area() {} Geo.area = area; Geo.k = () => 1; (function (In) { class C { m() {} } })(In || (In = {})) })(Geo || (Geo = {})); var Geo;",
    ["Geo.area", "Geo.k", "Geo.In.C.m"],
  ],
  [
    "enums",
    'enum Color { Red, Green = "g".length } function f() {}',
    'var Color = function (Color) { Color[Color["Red"] = 0] = "Red"; return Color }(Color || {}); function f() {}',
    ["f"],
  ],
  [
    "overloads, abstract and declared functions",
    "function f(a: string): void; function f(a: any) {} abstract class A { abstract a(): void; b?(): void; c() {} } declare function g(): void;",
    "function f(a) {} class A { c() {} }",
    ["f", "A.c"],
  ],
  [
    "casts",
    "const a = (() => 1) as F, b = <F>(() => 2), c = (() => 3) satisfies F, d = (() => 4)!;",
    "const a = () => 1, b = () => 2, c = () => 3, d = () => 4;",
    ["a", "b", "c", "d"],
  ],
];

for (const [about, source, compiled, names] of TYPESCRIPT) {
  test(`Functions have the same names in TypeScript and compiled: ${about}`, () => {
    const parsers = { acorn } as unknown as Parsers;
    assert.deepEqual(namesOf(source, oxcParse("module"), "app.ts"), names);
    assert.deepEqual(namesOf(compiled, acornParse(parsers, "module"), "app.js"), names);
  });
}

test("Functions of which only the text counts are left alone", () => {
  const source = "page.evaluate(() => 1); page.$eval('a', (a) => a); function asm() { 'use asm' }";
  assert.deepEqual(namesOf(source, oxcParse("module"), "app.js"), []);
});
