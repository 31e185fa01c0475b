/** Verdicts as the body of a comment. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { viewCheck } from "../../../cli/render/gate/check_view.ts";
import { viewComparison } from "../../../cli/render/gate/comparison_view.ts";
import { MAX_COMMENT, toGateMarkdown } from "../../../cli/render/gate/gate_markdown.ts";
import {
  brokenCheck,
  emptyCheck,
  hostileReport,
  testCheck,
  testComparison,
  testReport,
  testRow,
  unclearCheck,
} from "../../helpers/gate_reports.ts";
import { checkProperty } from "../../helpers/properties.ts";

test("toGateMarkdown() has a marker, the verdict, and what failed first", () => {
  const report = testReport([
    testCheck(),
    unclearCheck({ selector: "fs:*" }),
    brokenCheck(2, { selector: "function:load", place: { file: "src/load.ts", line: 12 } }),
  ]);
  const lines = toGateMarkdown(viewCheck(report)).split("\n");
  assert.equal(lines[0], "<!-- ferret:check -->");
  assert.equal(lines[1], "### ❌ ferret check: fail");
  assert.deepEqual(lines.filter((line) => line.startsWith("|")), [
    "|  | spans | threshold | actual | interval | n | why |",
    "| --- | --- | --- | ---: | --- | ---: | --- |",
    "| ❌ fail | <code>function:load</code><br><code>src/load.ts:12</code> | <code>p(99) &#60; 200ms</code> | 400ms | 380ms to 420ms | 1,200 |  |",
    "| ⚠️ inconclusive | <code>fs:&#42;</code> | <code>p(99) &#60; 200ms</code> | 120ms |  | 40 | too few samples: 40, p(99) needs 100 |",
    "| ✅ pass | <code>http.server:GET /users/:id</code> | <code>p(99) &#60; 200ms</code> | 120ms | 110ms to 130ms | 1,200 |  |",
  ]);
});

test("toGateMarkdown() folds away what passed when there is much of it", () => {
  const markdown = toGateMarkdown(
    viewCheck(testReport([emptyCheck(), ...Array.from({ length: 30 }, () => testCheck())])),
  );
  const [open, folded] = markdown.split("<details><summary>30 others</summary>\n\n|");
  assert.equal(open!.match(/✅/g), null);
  assert.equal(folded!.match(/✅/g)!.length, 30);
  assert.match(folded!, /\n<\/details>\n/);
});

test("toGateMarkdown() fits into a comment, and counts what does not", () => {
  const checks = Array.from(
    { length: 2_000 },
    (_, i) => brokenCheck(2, { selector: `function:${"name ".repeat(30)}${i}` }),
  );
  const notes = Array.from({ length: 500 }, (_, i) => `${i} `.repeat(100));
  const markdown = toGateMarkdown(viewCheck(testReport(checks, { notes })));
  assert.ok(markdown.length <= MAX_COMMENT, `${markdown.length}`);
  assert.match(markdown, /\nand 1,\d{3} more\n/);
  assert.match(markdown, /\n- and \d+ more\n/);
});

test("toGateMarkdown() of a comparison shows both sides", () => {
  const markdown = toGateMarkdown(viewComparison(testComparison([testRow()], {
    added: [{ scope: "db", name: "SELECT carts", count: 3 }],
    differences: ["the baseline ran on another machine"],
  })));
  assert.match(markdown, /^<!-- ferret:diff -->\n### ❌ ferret diff: fail\n\n1 slower\n/);
  assert.ok(markdown.includes(
    "| <code>function:load</code> | p99 | 200ms | 250ms | +25.0% | +18.0% to +33.0% | &#60;0.001 |",
  ));
  assert.match(markdown, /- new spans: <code>db:SELECT carts<\/code>\n/);
  assert.match(markdown, /- the baseline ran on another machine\n/);
});

test("toGateMarkdown() lets no name be markup, mention or refer to anything (property)", () => {
  checkProperty(fc.property(hostileReport, (report) => {
    const markdown = toGateMarkdown(viewCheck(report));
    assert.ok(markdown.length <= MAX_COMMENT);
    const body = markdown.slice(markdown.indexOf("\n\n"));
    const rows = body.split("\n").filter((line) => line.startsWith("|"));
    // Four answers, titles and rule: as many cells each.
    assert.equal(rows.length, 6);
    for (const row of rows) assert.equal(row.split("|").length, rows[0]!.split("|").length);
    const plain = body.replace(/<code>(.*?)<\/code>|<br>/g, "").replace(/&#\d+;/g, "");
    assert.doesNotMatch(plain, /[<>`@#*_[\]{}~$!\\&]|:\/\/|www\.|GH-\d/i);
    for (const [, code] of body.matchAll(/<code>(.*?)<\/code>/g)) {
      assert.doesNotMatch(code!.replace(/&#\d+;/g, ""), /[<>`@#*_[\]{}~$!\\&]|:\/\/|www\./i);
    }
  }));
});
