import assert from "node:assert/strict";
import { test } from "node:test";
import { believableUpTo, chanceOf, lift } from "../../src/analysis/association.ts";

test("chanceOf() is Fisher's exact test", () => {
  // Fisher's tea: of four cups with milk first all four are found, or three.
  const tea = { first: 4, second: 4 };
  assert.ok(Math.abs(chanceOf({ ...tea, inFirst: 4, inSecond: 0 }) - 1 / 70) < 1e-12);
  assert.ok(Math.abs(chanceOf({ ...tea, inFirst: 3, inSecond: 1 }) - 17 / 70) < 1e-12);
  assert.ok(chanceOf({ inFirst: 0, first: 50, inSecond: 10, second: 50 }) > 1 - 1e-9);
  // Far too unlikely to be summed up naively, and still a number.
  const chance = chanceOf({ inFirst: 900, first: 1000, inSecond: 1000, second: 100_000 });
  assert.ok(chance >= 0 && chance < 1e-300);
});

test("lift() compares shares", () => {
  assert.equal(lift({ inFirst: 5, first: 10, inSecond: 10, second: 100 }), 5);
  assert.equal(lift({ inFirst: 5, first: 10, inSecond: 0, second: 100 }), Infinity);
});

test("believableUpTo() bounds the share of wrong discoveries", () => {
  assert.equal(believableUpTo([0.001, 0.02, 0.2, 0.9], 0.05), 0.02);
  assert.equal(believableUpTo([0.03, 0.04, 0.05], 0.05), 0.05);
  assert.equal(believableUpTo([0.5, 0.9], 0.05), 0);
  assert.equal(believableUpTo([], 0.05), 0);
});
