/** Verdicts as GitHub's runner reads them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { viewCheck } from "../../../cli/render/gate/check_view.ts";
import { viewComparison } from "../../../cli/render/gate/comparison_view.ts";
import { githubOutputs, toGithub } from "../../../cli/render/gate/github.ts";
import { outputText, summaryText } from "../../../cli/render/gate/github_files.ts";
import { repositoryPath } from "../../../cli/render/gate/repository.ts";
import { checkText } from "../../../cli/render/check_text.ts";
import {
  brokenCheck,
  emptyCheck,
  hostileReport,
  hostileText,
  testCheck,
  testComparison,
  testReport,
  testRow,
  unclearCheck,
} from "../../helpers/gate_reports.ts";
import { readGithubLog, readGithubOutputs } from "../../helpers/github_runner.ts";
import { checkProperty } from "../../helpers/properties.ts";

function toPath(file: string): string | undefined {
  return repositoryPath(file, "/srv/shop", "/srv/shop");
}

test("toGithub() puts what failed at its line, the worst first", () => {
  const report = testReport([
    testCheck(),
    brokenCheck(1.1, { selector: "function:a", place: { file: "src/a.ts", line: 3 } }),
    brokenCheck(3, { selector: "function:b,c:d", place: { file: "/srv/shop/src/b.ts", line: 7 } }),
    brokenCheck(2, { selector: "function:lib", place: { file: "/usr/lib/x.js", line: 9 } }),
    unclearCheck(),
    emptyCheck(),
  ]);
  const { commands } = readGithubLog(toGithub(viewCheck(report), "text", toPath));
  assert.deepEqual(commands.map(({ name, properties: { file, line } }) => [name, file, line]), [
    ["error", "src/b.ts", "7"],
    ["error", undefined, undefined],
    ["error", "src/a.ts", "3"],
    ["warning", undefined, undefined],
    ["warning", undefined, undefined],
  ]);
  assert.equal(commands[0]!.properties["title"], "ferret: function:b,c:d: p(99) < 200ms");
  assert.equal(
    commands[0]!.data,
    "p(99) is 600ms (99% interval: 570ms to 630ms, n 1,200); expected < 200ms",
  );
});

test("toGithub() says once that all is well", () => {
  const { commands } = readGithubLog(
    toGithub(viewCheck(testReport([testCheck(), testCheck()])), "", toPath),
  );
  assert.deepEqual(commands, [{
    name: "notice",
    properties: { title: "ferret check" },
    data: "pass: 2 of 2 thresholds met",
  }]);
});

test("toGithub() keeps to as many annotations as GitHub shows, and counts the others", () => {
  const checks = Array.from(
    { length: 13 },
    (_, i) => brokenCheck(2 + i, { selector: `function:f${i}` }),
  );
  const unclear = Array.from({ length: 10 }, () => unclearCheck());
  const { commands } = readGithubLog(
    toGithub(viewCheck(testReport([...checks, ...unclear])), "", toPath),
  );
  const of = (kind: string) => commands.filter(({ name }) => name === kind);
  assert.equal(of("error").length, 10);
  assert.match(of("error")[0]!.properties["title"]!, /function:f12/);
  assert.equal(of("warning").length, 10);
  assert.deepEqual(of("notice").map(({ data }) => data), [
    "3 more: the summary of the job has them all",
  ]);
});

test("toGithub() of a comparison warns once, whatever cannot be told", () => {
  const rows = Array.from({ length: 5 }, () => testRow({ verdict: "unsure", change: 0.02 }));
  const { commands } = readGithubLog(toGithub(viewComparison(testComparison(rows)), "", toPath));
  assert.deepEqual(commands.map(({ name, data }) => [name, data]), [
    ["warning", "inconclusive: nothing is proven slower (5 unsure)"],
  ]);
});

test("toGithub() gives the runner no orders but its own (property)", () => {
  checkProperty(fc.property(hostileReport, (report) => {
    const text = checkText(report, {});
    const { commands, printed } = readGithubLog(toGithub(viewCheck(report), text, toPath));
    assert.deepEqual(commands.map(({ name }) => name), ["error", "warning", "warning"]);
    for (const { properties } of commands) {
      assert.ok(properties["title"]!.startsWith("ferret: "));
      for (const key of Object.keys(properties)) assert.match(key, /^(?:file|line|title)$/);
    }
    // People read the verdict in the log.
    assert.equal(printed, text.replaceAll("##[", "## ["));
    assert.doesNotMatch(printed, /##\[/);
  }));
});

test("outputs are what they are, whatever is in them (property)", () => {
  checkProperty(fc.property(hostileText, hostileText, (a, b) => {
    const outputs = { a: a.replaceAll("\r", ""), summary: b.replaceAll("\r", "") };
    assert.deepEqual(readGithubOutputs(outputText(outputs)), outputs);
  }));
});

test("githubOutputs() counts", () => {
  const view = viewCheck(testReport([testCheck(), brokenCheck(), unclearCheck(), emptyCheck()]));
  assert.deepEqual(githubOutputs(view), {
    verdict: "fail",
    total: "4",
    passed: "1",
    failed: "1",
    inconclusive: "2",
    summary: "1 of 4 thresholds met, 1 not, 2 cannot be judged",
  });
});

test("summaryText() stays below GitHub's limit, and below what is left of it", () => {
  const checks = Array.from(
    { length: 2_000 },
    (_, i) => brokenCheck(2, { selector: `漢${"x".repeat(80)}${i}` }),
  );
  const view = viewCheck(testReport(checks));
  const bytes = (text: string) => new TextEncoder().encode(text).length;
  const whole = summaryText(view, 1024 * 1024);
  assert.ok(bytes(whole) < 1024 * 1024);
  assert.match(whole, /\nand [\d,]+ more\n/);
  const rest = summaryText(view, 10_000);
  assert.ok(bytes(rest) < 10_000 && rest !== "");
  assert.equal(summaryText(view, 100), "");
});

test("repositoryPath() knows files of the repository only", () => {
  const of = (file: string) => repositoryPath(file, "/srv/shop", "/srv/shop/api");
  assert.equal(of("src/a.ts"), "api/src/a.ts");
  assert.equal(of("../web/b.ts"), "web/b.ts");
  assert.equal(of("/srv/shop/..c.ts"), "..c.ts");
  assert.equal(of("file:///srv/shop/a%20b.ts"), "a b.ts");
  assert.equal(of("/srv/shopping/a.ts"), undefined);
  assert.equal(of("../../x.ts"), undefined);
  assert.equal(of("/srv/shop"), undefined);
});
