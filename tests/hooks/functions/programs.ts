/**
 * Programs of several files, by file name. What they print tells whether they
 * ran as they do without ferret.
 *
 * @module
 */

const SETTINGS = JSON.stringify({
  compilerOptions: { experimentalDecorators: true, jsx: "react", jsxFactory: "h" },
});

/** TypeScript that a compiler has much to do with. */
export const TSX_PROGRAM: Record<string, string> = {
  "deno.json": SETTINGS,
  "tsconfig.json": SETTINGS,
  "main.tsx":
    `function h(tag: any, props: any, ...children: any[]): any { return { tag, props, children } }
function logged(_target: any, key: string, descriptor: PropertyDescriptor) { const original = descriptor.value;
  descriptor.value = function (...args: any[]) { console.log(key); return original.apply(this, args) };
}
enum Color { Red, Green = "g".length }
abstract class Base<T> { abstract load<U extends T>(id: U): Promise<U>; constructor(readonly name = "s") {} }
class Service extends Base<unknown> {
  @logged override async load<T>(id: T): Promise<T> { return await Promise.resolve(id) }
  @logged static make(): Service { return new Service() }
  handler = (event: string): string => event + Color[Color.Green];
  declare kind: string;
}
function overloaded(a: string): void; declare function nowhere(): void;
const Button = ({ label }: { label: string }) => <button>{label}</button>;
const view = <div onClick={() => console.log("clicked")}>{Button({ label: "x" })}</div>;
function overloaded(a: any) {}
namespace Geo {
  export function area(side: number) { return side ** 2 }
}
view.props.onClick(); const service = Service.make();
console.log(await service.load(5), service.handler("e"), service.name, Geo.area(3), Color.Red);
`,
};

/** Calls across awaits, generators, tasks and lazy thenables. */
export const MODULE_PROGRAM: Record<string, string> = {
  "main.ts": `const query = { then(yes: (rows: number) => void) { setTimeout(yes, 1, 3) } };
const step = async (n: number) => { await null; return n };
async function sequence() { await step(1); for (const n of numbers()) await step(n); try { await Promise.reject(1) } catch { await step(2) } }
function* numbers() { step(0); yield 1; step(0); yield 2 }
async function parallel() { await Promise.all([1, 2].map(async (n) => { await step(n); await step(n) })) }
async function* stream() { yield 1; await null; yield 2 }
async function each() { if (true) for await (const n of new ReadableStream({ start(c) { c.enqueue(1); c.close() } })) await step(Number(n)); await step(2) }
async function lazy() { return await query }
async function lazyReturn() { return query }
async function main() { await sequence(); await parallel(); await each(); console.log(await lazy(), await lazyReturn()) }
await main();
`,
};

/** Everything about CommonJS that a loader can get wrong. */
export const COMMON_JS_PROGRAM: Record<string, string> = {
  "main.cjs": `#!/usr/bin/env node
"use strict";
const a = require("./lib/a.cjs"), path = require("path");
console.log(a.fromA(), a === require("./lib/a.cjs"), require("./lib/b.cjs").fromB(), require("./lib/data.json").k);
console.log(require.main === module, module.id, path.basename(__filename), path.basename(require.resolve("./lib/a.cjs")), this === module.exports, arguments.length);
console.log(require("./lib/sloppy.cjs").sloppy.call(undefined), typeof require.cache[__filename], module.children.length > 0);
for (let i = 0; i < 2; i++) try { require("./lib/throws.cjs") } catch (error) { console.log(error.message) }
try { require("./lib/missing.cjs") } catch (error) { console.log(error.code) }
delete require.cache[require.resolve("./lib/counter.cjs")]; require("./lib/counter.cjs"); delete require.cache[require.resolve("./lib/counter.cjs")]; require("./lib/counter.cjs");
import("./lib/importer.mjs").then((m) => console.log(m.default, "\\nend"));
`,
  "lib/a.cjs": `exports.early = 1;
const b = require("./b.cjs");
console.log("a runs", b.seen, require.main === module, module.parent === require.main);
exports.fromA = function fromA() { return "a" + b.fromB() };
`,
  "lib/b.cjs": `const a = require("./a.cjs");
console.log("b runs");
module.exports = { seen: Object.keys(a).join(), fromB: () => "b" + typeof a.fromA };
`,
  "lib/sloppy.cjs": `/*
import nothing from "here";
*/
exports.sloppy = function sloppy() { with ({ w: 010 }) return [w, this === globalThis, typeof undeclared].join() };
undeclared = 1;
`,
  "lib/throws.cjs": `console.log("throws runs"); throw new Error("thrown by a module");`,
  "lib/counter.cjs": `console.log("counter runs"); exports.count = () => 1;`,
  "lib/data.json": `{ "k": 5 }`,
  "lib/shape.cjs":
    `class Shape { area() { return [1, 2].map((x) => x * 2).join() } static sides = 3 }
module.exports = Shape;
`,
  "lib/named.cjs": `exports.one = () => 1; exports.two = function () { return 2 };`,
  "lib/importer.mjs": `import Shape from "./shape.cjs";
import named, { one, two } from "./named.cjs";
import { fromA } from "./a.cjs";
import { createRequire } from "node:module";
const again = createRequire(import.meta.url)("./named.cjs");
export default [new Shape().area(), Shape.sides, one(), two(), named === again, fromA()].join(" ");
`,
};

/** A program with a package of either kind. */
export const PACKAGE_PROGRAM: Record<string, string> = {
  "package.json": `{ "type": "module", "dependencies": { "cjs": "1.0.0", "esm": "1.0.0" } }`,
  "main.mjs": `import cjs from "cjs";
import { half } from "esm";
function main() { console.log(cjs.twice(2), half(4)) }
main();
`,
  "node_modules/cjs/package.json": `{ "name": "cjs", "version": "1.0.0", "main": "index.js" }`,
  "node_modules/cjs/index.js": `function double(x) { return x * 2 }
exports.twice = (x) => double(x);
`,
  "node_modules/esm/package.json":
    `{ "name": "esm", "version": "1.0.0", "type": "module", "exports": "./index.js" }`,
  "node_modules/esm/index.js": `export function half(x) { return x / 2 }\n`,
};
