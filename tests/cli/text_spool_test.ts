/** Texts that grow side by side. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import process from "node:process";
import { test } from "node:test";
import fc from "fast-check";
import { TextSpool } from "../../cli/text_spool.ts";
import { withFolder } from "../helpers/processes.ts";
import { checkProperty } from "../helpers/properties.ts";

test("TextSpool gives each text back as it was put together (property)", async () => {
  const part = fc.oneof(fc.string({ unit: "grapheme" }), fc.nat(9_000).map((n) => "é🦦".repeat(n)));
  const parts = fc.array(fc.tuple(fc.nat(3), part), { maxLength: 30 });
  await checkProperty(
    fc.asyncProperty(parts, async (all) => {
      const spool = TextSpool.create();
      const expected = ["", "", "", ""];
      for (const [text, one] of all) {
        spool.add(text, one);
        expected[text] += one;
      }
      for (const [text, whole] of expected.entries()) {
        let read = "";
        for await (const piece of spool.read(text)) read += piece;
        assert.ok(read === whole, `text ${text} has changed`);
      }
      spool.close();
    }),
    { numRuns: 30 },
  );
});

test("TextSpool has nothing that could be left behind", () =>
  withFolder({}, (folder) => {
    const before = process.env["TMPDIR"];
    process.env["TMPDIR"] = folder;
    try {
      const spool = TextSpool.create();
      spool.add(0, "x".repeat(100_000));
      assert.deepEqual(readdirSync(folder), []);
      spool.close();
    } finally {
      if (before === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = before;
    }
    return Promise.resolve();
  }));
