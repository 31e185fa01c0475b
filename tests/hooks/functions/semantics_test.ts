import assert from "node:assert/strict";
import { test } from "node:test";
import * as acorn from "acorn";
import { acornParse, type Parsers } from "../../../src/hooks/functions/parsers.ts";
import { applyInsertions, transform } from "../../../src/hooks/functions/transform.ts";
import { createTestRecorder } from "../../helpers/test_recorder.ts";
import { SNIPPETS } from "./snippets.ts";

const AsyncFunction = (async () => {}).constructor as new (
  ...args: string[]
) => (...args: unknown[]) => Promise<void>;
const codec = { decode: () => [], encode: () => "" };

/** Runs the body of an async function and returns what it logged. */
async function run(body: string, tracer: unknown): Promise<string[]> {
  const lines: string[] = [];
  const log = (...values: unknown[]) => {
    lines.push(values.map((value) => text(value)).join(" "));
  };
  await new AsyncFunction("log", "__ferret__", body)(log, tracer);
  return lines;
}

function text(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

function instrument(
  body: string,
  define: (name: string) => number,
  keepsThrowSites: boolean,
): string {
  const source = `async function program(log){${body}\n}`;
  const parsers = { acorn, codec } as unknown as Parsers;
  const parse = acornParse(parsers, "commonjs");
  const insertions = transform(parse(source, "test.js"), source, {
    defineFunction: define,
    anonymousName: () => "anonymous",
    keepsThrowSites,
  });
  const [outer, ...inner] = insertions;
  assert.ok(outer !== undefined && inner.length > 0, "nothing was instrumented");
  return `${applyInsertions(source, insertions)}\nreturn program(log)`;
}

/** What is an early error in strict code is no program. */
function modesOf(about: string): string[] {
  return about === "sloppy code" ? ["sloppy"] : ["sloppy", "strict"];
}

for (const [about, body] of Object.entries(SNIPPETS)) {
  for (const mode of modesOf(about)) {
    for (const keepsThrowSites of [false, true]) {
      const shape = keepsThrowSites ? "without catching" : "catching";
      test(`transform() keeps ${about} in ${mode} code, ${shape}`, async () => {
        const source = mode === "strict" ? `"use strict";${body}` : body;
        const { recorder, tracer, ledger } = createTestRecorder();
        const plain = await run(source, undefined);
        const define = (name: string) => tracer.defineFunction(name, "test.js", 1, 1);
        assert.deepEqual(await run(instrument(source, define, keepsThrowSites), tracer), plain);
        assert.ok(plain.length > 0);
        assert.ok(recorder.issuedCount > 0);
        assert.equal(recorder.current(), undefined, "a context was left behind");
        ledger.assertBalanced();
      });
    }
  }
}
