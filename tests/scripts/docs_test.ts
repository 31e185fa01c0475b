import assert from "node:assert/strict";
import { test } from "node:test";
import { findAnchors, findCode, findLinks } from "../../scripts/docs/markdown.ts";
import { expectedOutput, runExample } from "../../scripts/docs/run_example.ts";

const TEXT = [
  "# The `ring` and its users",
  "See [here](./a.md#b) and `[not](here)`.",
  "```ts run",
  "console.log(1); // 1",
  "# no [link](nowhere)",
  "```",
  "## Third: what, why?",
].join("\n");

test("findLinks() leaves out code", () => {
  assert.deepEqual(findLinks(TEXT), [{ target: "./a.md#b", line: 2 }]);
});

test("findAnchors() names headings as GitHub does", () => {
  assert.deepEqual([...findAnchors(TEXT)], ["the-ring-and-its-users", "third-what-why"]);
});

test("findCode() reads fenced blocks", () => {
  assert.deepEqual(findCode(TEXT), [
    { info: "ts run", code: "console.log(1); // 1\n# no [link](nowhere)\n", line: 3 },
  ]);
});

test("expectedOutput() reads the comments behind console.log", () => {
  assert.equal(expectedOutput("console.log(f(1)); // one\nf(); // two\n"), "one");
});

test("runExample() compares what is printed", () => {
  assert.equal(runExample("console.log(1 + 1); // 2"), undefined);
  assert.match(runExample("console.log(1 + 1); // 3") ?? "", /prints 2 and not 3/);
  assert.match(runExample("const n: number = 'a';\n") ?? "", /not assignable/);
  assert.match(runExample('throw new Error("boom");') ?? "", /boom/);
});
