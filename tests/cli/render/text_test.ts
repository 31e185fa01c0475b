/** What keeps text from a recording harmless and in its columns. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { toCsv } from "../../../cli/render/csv.ts";
import { escapeMarkdown } from "../../../cli/render/markdown.ts";
import { formatCount, formatShare } from "../../../src/model/numbers.ts";
import { sanitize, toSafeJson } from "../../../src/model/sanitize.ts";
import { sparkline } from "../../../cli/render/sparkline.ts";
import { renderTable } from "../../../cli/render/text_table.ts";
import { treeLines } from "../../../cli/render/tree_lines.ts";
import { displayWidth, pad, shortenMiddle, wrapWords } from "../../../cli/render/width.ts";
import { checkProperty } from "../../helpers/properties.ts";

/** Any text, with more of what is dangerous than chance would give. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(
    fc.constantFrom(
      "\x1b[31m",
      "\n",
      "\r",
      "\x9b",
      "\u202e",
      "\u2066",
      "漢",
      "👩‍👩‍👧",
      "e\u0301",
      "\ud800",
      "a",
      "|",
    ),
  ).map((parts) => parts.join("")),
);

const DANGEROUS =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]|\p{Cs}/u;

test("sanitize() leaves nothing that a terminal would act on", () => {
  checkProperty(fc.property(text, (value) => assert.doesNotMatch(sanitize(value), DANGEROUS)));
  assert.equal(sanitize("\x1b[2J\n\u202e\ud800x"), "\\x1b[2J\\n\\u202e\\ud800x");
  assert.equal(sanitize("Größe → 漢字 👍"), "Größe → 漢字 👍");
});

test("toSafeJson() says the same as JSON and is safe to show", () => {
  checkProperty(fc.property(text, (value) => {
    const json = toSafeJson({ value });
    assert.deepEqual(JSON.parse(json), { value });
    assert.doesNotMatch(json.replaceAll("\n", ""), DANGEROUS);
  }));
});

test("shortenMiddle() fits any text, and keeps what fits", () => {
  checkProperty(fc.property(text.map(sanitize), fc.nat(60), (value, width) => {
    const short = shortenMiddle(value, width);
    assert.ok(displayWidth(short) <= width);
    if (displayWidth(value) <= width) assert.equal(short, value);
  }));
  assert.equal(shortenMiddle("src/routes/users.ts > load", 15), "src/rou… > load");
  const started = performance.now();
  assert.equal(displayWidth(shortenMiddle("漢".repeat(1_000_000), 20)) <= 20, true);
  assert.ok(performance.now() - started < 1000);
});

test("pad() counts columns, not characters", () => {
  assert.equal(pad("漢", 4, "left"), "漢  ");
  assert.equal(pad("漢", 4, "right"), "  漢");
});

test("a CSV cell is one cell, and no formula", () => {
  checkProperty(fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (cells) => {
    const line = toCsv(["t"], [cells]).split("\r\n")[1]!;
    const parsed = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].slice(0, cells.length);
    const values = parsed.map((match) =>
      match[1]!.replace(/^"(.*)"$/s, "$1").replaceAll('""', '"')
    );
    const expected = cells.map((cell) =>
      /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/u.test(cell) ? `'${sanitize(cell)}` : sanitize(cell)
    );
    assert.deepEqual(values, expected);
  }));
  assert.equal(toCsv(["a"], [[" =1"], ["＝1"], ["x;=1"]]), "a\r\n' =1\r\n'＝1\r\n\"x;=1\"\r\n");
  assert.equal(toCsv(["a", "b"], [[1.5, undefined], [NaN, "x"]]), "a,b\r\n1.5,\r\n,x\r\n");
});

test("Markdown of a name is the name and nothing else", () => {
  assert.equal(escapeMarkdown("a|b\n<i>`*_"), "a\\|b\\\\n\\<i\\>\\`\\*\\_");
  assert.equal(escapeMarkdown("GET /users/:id"), "GET /users/:id");
});

test("a table drops columns before it makes names unreadable", () => {
  const columns = [
    { title: "name", align: "left", text: (row: string) => row, shrinks: true },
    { title: "first", align: "right", text: () => "1", dropOrder: 1 },
    { title: "second", align: "right", text: () => "2", dropOrder: 2 },
    { title: "count", align: "right", text: () => "3" },
  ] as const;
  const render = (width: number | undefined) =>
    renderTable(["n".repeat(40)], columns, { columns: width }).split("\n")[0]!.split(/ +/);
  assert.deepEqual(render(undefined), ["name", "first", "second", "count"]);
  assert.deepEqual(render(46), ["name", "first", "second", "count"]);
  assert.deepEqual(render(40), ["name", "first", "count"]);
  assert.deepEqual(render(32), ["name", "count"]);
});

test("a sparkline shows where the spans are", () => {
  const cells = [{ cell: 10, count: 100 }, { cell: 11, count: 50 }, { cell: 21, count: 10 }];
  assert.equal(sparkline(cells), "█▅·········▁");
  assert.equal(sparkline([{ cell: 5, count: 1 }]), "█".repeat(12));
  checkProperty(
    fc.property(
      fc.array(fc.tuple(fc.nat(500), fc.integer({ min: 1 })), { minLength: 1 }),
      (pairs) => {
        const sorted = [...new Map(pairs)].sort(([a], [b]) => a - b)
          .map(([cell, count]) => ({ cell, count }));
        const line = sparkline(sorted);
        assert.equal([...line].length, 12);
        assert.ok(line.includes("█"));
      },
    ),
  );
});

test("numbers are printed for people", () => {
  assert.equal(formatCount(1234567), "1,234,567");
  assert.equal(formatShare(0.05), "5%");
  assert.equal(formatShare(0.0123456), "1.23%");
  assert.equal(formatShare(1e-9), "<0.001%");
  assert.equal(formatShare(0), "0%");
});

test("wrapWords() breaks between words, and only where it must", () => {
  assert.equal(wrapWords("one two three", undefined), "one two three");
  assert.equal(wrapWords("one two three", 13), "one two three");
  assert.equal(wrapWords("one two three", 12), "one two\nthree");
  assert.equal(wrapWords("• one two three", 9, "  "), "• one two\n  three");
  assert.equal(wrapWords("a verylongname", 5, "  "), "a\n  verylongname");
  assert.equal(wrapWords("漢字 漢字", 8), "漢字\n漢字");
});

test("treeLines() takes less room for its lines in a narrow terminal", () => {
  const leaf = { children: [] };
  const roots = [{ children: [{ children: [leaf] }, leaf] }];
  const leads = (columns?: number) => treeLines(roots, columns).map(({ lead }) => lead);
  assert.deepEqual(leads(), ["", "├─ ", "│  └─ ", "└─ "]);
  assert.deepEqual(leads(60), leads());
  assert.deepEqual(leads(59), ["", "├", "│└", "└"]);
});
