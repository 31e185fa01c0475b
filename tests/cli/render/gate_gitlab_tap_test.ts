/** Verdicts as GitLab's code quality report, and as TAP. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { viewCheck } from "../../../cli/render/gate/check_view.ts";
import { toGitlab } from "../../../cli/render/gate/gitlab.ts";
import { repositoryPath } from "../../../cli/render/gate/repository.ts";
import { toTap } from "../../../cli/render/gate/tap.ts";
import type { CheckReport } from "../../../src/analysis/check_report.ts";
import {
  brokenCheck,
  emptyCheck,
  hostileReport,
  testCheck,
  testReport,
  unclearCheck,
} from "../../helpers/gate_reports.ts";
import { checkProperty } from "../../helpers/properties.ts";

interface Issue {
  description: string;
  check_name: string;
  fingerprint: string;
  severity: string;
  location: { path: string; lines: { begin: number } };
}

function toPath(file: string): string | undefined {
  return repositoryPath(file, "/srv/shop", "/srv/shop");
}

function gitlab(report: CheckReport): Issue[] {
  return JSON.parse(toGitlab(viewCheck(report), toPath));
}

test("toGitlab() lists what did not pass, at its line or the program's first", () => {
  const issues = gitlab(testReport([
    testCheck(),
    unclearCheck(),
    brokenCheck(1.5, { selector: "function:a", place: { file: "src/a.ts", line: 12 } }),
    brokenCheck(2.5, { selector: "db:*" }),
  ]));
  assert.deepEqual(issues.map(({ severity, location }) => [severity, location]), [
    ["critical", { path: "shop/main.ts", lines: { begin: 1 } }],
    ["major", { path: "src/a.ts", lines: { begin: 12 } }],
    ["minor", { path: "shop/main.ts", lines: { begin: 1 } }],
  ]);
  assert.equal(issues[1]!.check_name, "ferret/check/p(99)");
  assert.match(issues[1]!.description, /^function:a: p\(99\) < 200ms: p\(99\) is 300ms \(/);
});

test("toGitlab() is an empty list when all is well", () => {
  assert.deepEqual(gitlab(testReport([testCheck()])), []);
});

test("toGitlab() knows a threshold again by its fingerprint, whatever was measured", () => {
  const fingerprints = (...checks: Parameters<typeof testReport>[0]) =>
    gitlab(testReport(checks)).map(({ fingerprint }) => fingerprint);
  const [first] = fingerprints(brokenCheck(2));
  assert.deepEqual(fingerprints(brokenCheck(3, { n: 7, place: { file: "b.ts", line: 1 } })), [
    first,
  ]);
  assert.equal(
    new Set(fingerprints(
      brokenCheck(2),
      brokenCheck(2),
      brokenCheck(2, { expression: "p(95) < 200ms" }),
      brokenCheck(2, { selector: "db:*" }),
    )).size,
    4,
  );
});

test("toGitlab() has everything that GitLab asks for (property)", () => {
  checkProperty(fc.property(hostileReport, (report) => {
    const issues = gitlab(report);
    assert.equal(issues.length, 3);
    for (const { description, check_name, fingerprint, severity, location } of issues) {
      assert.ok(description.length > 0 && check_name.length > 0);
      assert.match(fingerprint, /^[0-9a-f]{64}$/);
      assert.match(severity, /^(?:info|minor|major|critical|blocker)$/);
      assert.ok(location.path !== "" && !location.path.startsWith("/"));
      assert.ok(Number.isInteger(location.lines.begin) && location.lines.begin >= 1);
    }
  }));
});

test("toTap() has a plan, a line for each threshold and what was found", () => {
  const tap = toTap(viewCheck(testReport([
    testCheck(),
    brokenCheck(2, { selector: "function:a#b", place: { file: "src/a.ts", line: 12 } }),
    unclearCheck({ selector: "fs:read" }),
    emptyCheck({ selector: "timer:tick" }),
  ])));
  assert.deepEqual(tap.split("\n").filter((line) => !line.startsWith(" ")), [
    "TAP version 14",
    "1..4",
    "ok 1 - http.server:GET /users/:id: p(99) < 200ms",
    "not ok 2 - function:a\\#b: p(99) < 200ms",
    "ok 3 - fs:read: p(99) < 200ms # SKIP p(99) is 120ms (n 40); too few samples: 40, p(99) needs 100",
    "not ok 4 - timer:tick: p(99) < 200ms",
    "# fail: 1 of 4 thresholds met, 1 not, 2 cannot be judged",
    "",
  ]);
  assert.match(tap, /\n {2}---\n {2}verdict: "fail"\n[^]*\n {2}at: "src\/a.ts:12"\n {2}\.\.\.\n/);
});

test("toTap() of nothing is skipped, not passed in silence", () => {
  assert.match(toTap(viewCheck(testReport([]))), /\n1\.\.0 # SKIP nothing to judge\n/);
});
