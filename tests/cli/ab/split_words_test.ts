/**
 * Commands in quotes, split as a shell would.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { splitCommand } from "../../../cli/ab/split_words.ts";
import { checkProperty } from "../../helpers/properties.ts";

test("splitCommand() splits at spaces and takes quotes and backslashes as a shell does", () => {
  assert.deepEqual(words("deno run -A base.ts"), ["deno", "run", "-A", "base.ts"]);
  assert.deepEqual(words("  a\t'b c'  "), ["a", "b c"]);
  assert.deepEqual(words(`a "b 'c'"'d'e`), ["a", "b 'c'de"]);
  assert.deepEqual(words(String.raw`a b\ c "\"\\\$\n" '\'`), ["a", "b c", String.raw`"\$\n`, "\\"]);
  assert.deepEqual(words("a '' \"\""), ["a", "", ""]);
  assert.deepEqual(words("a b\\\nc"), ["a", "bc"]);
  assert.deepEqual(words("curl 'http://x/?a=1&b=$c'"), ["curl", "http://x/?a=1&b=$c"]);
});

test("splitCommand() takes variables before the command for its environment", () => {
  assert.deepEqual(splitCommand("A=1 B='x y' node a.js C=2"), {
    environment: { A: "1", B: "x y" },
    words: ["node", "a.js", "C=2"],
  });
});

test("splitCommand() refuses what only a shell can do", () => {
  const refused: [string, string][] = [
    ["a && b", 'Cannot run "a && b": "&&" needs a shell (sh -c \'…\' is one)'],
    ["a | b", 'Cannot run "a | b": "|" needs a shell (sh -c \'…\' is one)'],
    ["a > b", 'Cannot run "a > b": ">" needs a shell (sh -c \'…\' is one)'],
    ["a $HOME", 'Cannot run "a $HOME": "$HOME" needs a shell (sh -c \'…\' is one)'],
    ['a "$(b)"', 'Cannot run "a "$(b)"": "$(" needs a shell (sh -c \'…\' is one)'],
    ["a\nb", "Cannot run \"a\nb\": a second line needs a shell (sh -c '…' is one)"],
    ["a 'b", "Cannot run \"a 'b\": ' is not closed"],
    ["", 'Cannot run "": it has no command'],
    ["A=1", 'Cannot run "A=1": it has no command'],
  ];
  for (const [text, message] of refused) {
    assert.throws(() => splitCommand(text), { name: "SyntaxError", message });
  }
});

test("splitCommand() says of no words what a shell would not (property)", () => {
  const word = fc.string({ unit: fc.constantFrom(..."ab '\"\\=$;é") });
  const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  checkProperty(fc.property(fc.array(word, { minLength: 1 }), (list) => {
    assert.deepEqual(words(["x", ...list.map(quote)].join(" ")), ["x", ...list]);
  }));
});

test("splitCommand() agrees with sh", () => {
  const text = String.raw`x "a\\b" 'c"d' e\'f "g'h" i""j`;
  const shown = execFileSync("sh", ["-c", `printf '%s\\n' ${text}`], { encoding: "utf8" });
  assert.deepEqual(words(text), shown.trimEnd().split("\n"));
});

function words(text: string): string[] {
  return splitCommand(text).words;
}
