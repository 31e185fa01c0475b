import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync, inflateSync } from "node:zlib";
import { findCommandLines, unknownParts } from "../../scripts/docs/command_lines.ts";
import { findAnchors, findCode, findLinks } from "../../scripts/docs/markdown.ts";
import { toPalette } from "../../scripts/docs/palette_png.ts";
import { expectedOutput, runExample } from "../../scripts/docs/run_example.ts";
import { applyDiff, findSilent, findSteps, withOutputs } from "../../scripts/docs/sessions.ts";

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

test("findLinks() finds pictures", () => {
  const picture = '<source srcset="a.png"><img alt="x" src="b.png">';
  assert.deepEqual(findLinks(picture).map(({ target }) => target), ["a.png", "b.png"]);
});

const SESSION = [
  "```console",
  "$ ferret report --limit 2",
  "old",
  "$ ferret runs",
  "```",
  "```diff src/a.ts",
  "-b",
  "+c",
  "```",
  "",
].join("\n");

test("findSteps() and withOutputs() know commands and what they printed", () => {
  assert.deepEqual(findSteps(SESSION), [
    { kind: "commands", commands: ["ferret report --limit 2", "ferret runs"], line: 1 },
    { kind: "diff", file: "src/a.ts", diff: "-b\n+c\n", line: 6 },
  ]);
  assert.deepEqual(findSilent(SESSION), [1]);
  const filled = withOutputs(SESSION, ["new\n\n  $& lines\n", "one run\n"]);
  assert.equal(
    filled,
    SESSION.replace("old", () => "new\n\n  $& lines").replace("runs\n", "runs\none run\n"),
  );
  assert.deepEqual(findSilent(filled), []);
});

test("applyDiff() changes what is there once", () => {
  assert.equal(applyDiff("a\nb\nd\n", " a\n-b\n+c\n+c\n"), "a\nc\nc\nd\n");
  assert.throws(() => applyDiff("a\n", "-b\n"), /not there/);
  assert.throws(() => applyDiff("b\nb\n", "-b\n+c\n"), /where to change/);
});

test("unknownParts() knows the options of ferret and none of programs", async () => {
  const lines = findCommandLines([
    "```",
    "ferret report --limit 3 --by 'x --no'   # --not-this",
    "$ ferret run --runtime bun -o a.duckdb app.ts --port 80",
    "ferret run -- npm start --odd",
    "ferret report --no-such 3",
    "ferret nothing",
    "```",
  ].join("\n"));
  assert.deepEqual(lines.map(({ command }) => command), [
    "report",
    "run",
    "run",
    "report",
    "nothing",
  ]);
  const unknown = await Promise.all(lines.map(unknownParts));
  assert.deepEqual(unknown, [[], [], [], ["--no-such"], ["nothing"]]);
});

test("toPalette() keeps colours, whatever the filters of the rows", () => {
  const rows = [[0, 1, 2, 3, 4, 5, 6], [2, 0, 0, 0, 1, 1, 1], [1, 1, 2, 3, 3, 3, 3]];
  const png = pngOf({ width: 2, height: 3, colorType: 2 }, Uint8Array.from(rows.flat()));
  const small = toPalette(png);
  const [, palette, pixels] = [...chunksOf(small)];
  const colors = inflateSync(pixels!);
  const at = (x: number, y: number) => {
    const place = colors[y * 3 + 1 + x]! * 3;
    return [...palette!.subarray(place, place + 3)];
  };
  assert.deepEqual([at(0, 0), at(1, 0)], [[1, 2, 3], [4, 5, 6]]);
  assert.deepEqual([at(0, 1), at(1, 1)], [[1, 2, 3], [5, 6, 7]]);
  assert.deepEqual([at(0, 2), at(1, 2)], [[1, 2, 3], [4, 5, 6]]);
  assert.throws(() => toPalette(pngOf({ width: 1, height: 1, colorType: 6 }, new Uint8Array(5))));
});

/** A PNG of rows that begin with their filters. */
function pngOf(
  { width, height, colorType }: { width: number; height: number; colorType: number },
  rows: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(13);
  header.set([0, 0, 0, width, 0, 0, 0, height, 8, colorType]);
  const chunk = (type: string, data: Uint8Array) => {
    const frame = new Uint8Array(12 + data.length);
    new DataView(frame.buffer).setUint32(0, data.length);
    frame.set(new TextEncoder().encode(type), 4);
    frame.set(data, 8);
    return [...frame];
  };
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", header),
    ...chunk("IDAT", deflateSync(rows)),
  ]);
}

function* chunksOf(png: Uint8Array): Iterable<Uint8Array> {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  for (let at = 8; at < png.length; at += 12 + view.getUint32(at)) {
    yield png.subarray(at + 8, at + 8 + view.getUint32(at));
  }
}
