/** Verdicts as JUnit's XML. That real validators take it is tested in tests/gate. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { viewCheck } from "../../../cli/render/gate/check_view.ts";
import { toJunit } from "../../../cli/render/gate/junit.ts";
import {
  brokenCheck,
  emptyCheck,
  hostileReport,
  testCheck,
  testReport,
  unclearCheck,
} from "../../helpers/gate_reports.ts";
import { checkProperty } from "../../helpers/properties.ts";

test("toJunit() tells failures, skipped and errors apart, and what was found", () => {
  const xml = toJunit(viewCheck(testReport([
    testCheck(),
    brokenCheck(2.06, {
      selector: "function:load",
      place: { file: "src/load.ts", line: 12 },
    }),
    unclearCheck({ selector: "fs:read" }),
    emptyCheck({ selector: "timer:tick" }),
  ])));
  assert.match(xml, /<testsuite name="ferret check" tests="4" failures="1" errors="1" skipped="1"/);
  assert.match(xml, /time="11.3" timestamp="2026-11-21T20:15:30"/);
  assert.match(
    xml,
    /<testcase name="p\(99\) &lt; 200ms" classname="http.server:GET \/users\/:id" time="0.12"\/>/,
  );
  assert.match(
    xml,
    /<failure type="p\(99\)" message="p\(99\) is 412ms \(99% interval: 391ms to 433ms, n 1,200\); expected &lt; 200ms">src\/load.ts:12: function:load: /,
  );
  assert.match(
    xml,
    /classname="fs:read" time="0.12">\n +<skipped message="p\(99\) is 120ms \(n 40\); too few samples: 40, p\(99\) needs 100">/,
  );
  assert.match(
    xml,
    /classname="timer:tick" time="0">\n +<error type="p\(99\)" message="no span matches">/,
  );
  assert.match(xml, /<property name="verdict" value="fail"\/>/);
});

test("toJunit() says what was compared, and against what", () => {
  const xml = toJunit(viewCheck(testReport(
    [brokenCheck(1, {
      expression: "p(99) < +10%",
      unit: "change",
      actual: 0.234,
      interval: [0.15, 0.3],
      confidence: 0.9975,
      comparison: {
        base: { value: 200e6, n: 4000, runs: 10 },
        head: { value: 246.8e6, n: 4213, runs: 10 },
        method: "runs",
      },
    })],
    { baseline: { label: "main", runs: 10, differences: ["another machine"] }, notes: ["a note"] },
  )));
  assert.match(
    xml,
    /p\(99\) changed by \+23.4% \(99.75% interval: \+15% to \+30%, n 4,213 against 4,000, 10 runs against 10\); expected &lt; \+10%/,
  );
  assert.match(xml, /<property name="baseline" value="main \(10 runs\)"\/>/);
  assert.match(
    xml,
    /<system-out>fail: 0 of 1 threshold met, 1 not\nnot alike: another machine\na note</,
  );
});

test("toJunit() lets no name become markup or a character that XML cannot say (property)", () => {
  checkProperty(fc.property(hostileReport, (report) => {
    const xml = toJunit(viewCheck(report));
    assert.doesNotMatch(xml, /[^\n\u0020-\ufffd\u{10000}-\u{10ffff}]|\p{Surrogate}/u);
    const tags = [
      ...xml.matchAll(/<\/?([^\s/>]*)(?: [a-z]+="[^"<>&]*(?:&[a-z]+;[^"<>&]*)*")*\/?>/g),
    ];
    assert.deepEqual(tags.map(([, name]) => name).filter((name) => name === "testcase").length, 7);
    const rest = xml.slice(xml.indexOf("<testsuites>"))
      .replace(/<\/?[a-z-]+(?: [a-z]+="[^"<>]*")*\/?>/g, "");
    assert.doesNotMatch(rest.replace(/&(?:amp|lt|gt|quot|apos);/g, ""), /[<>&"]/);
  }));
});
