/** What a gate prints, read by those it is for: libxml2 with a schema, and node-tap's parser. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { Parser } from "tap-parser";
import { validateXML } from "xmllint-wasm";
import { viewCheck } from "../../cli/render/gate/check_view.ts";
import { viewComparison } from "../../cli/render/gate/comparison_view.ts";
import type { GateView } from "../../cli/render/gate/gate_view.ts";
import { toJunit } from "../../cli/render/gate/junit.ts";
import { toTap } from "../../cli/render/gate/tap.ts";
import {
  brokenCheck,
  emptyCheck,
  HOSTILE_GATE_NAMES,
  hostileReport,
  testCheck,
  testComparison,
  testReport,
  testRow,
  unclearCheck,
} from "../helpers/gate_reports.ts";
import { checkProperty } from "../helpers/properties.ts";

const SCHEMA = readFileSync(new URL("fixtures/junit.xsd", import.meta.url), "utf8");

/** Every kind of answer, under every hostile name. */
const hostileChecks = HOSTILE_GATE_NAMES.flatMap((name) => [
  testCheck({ selector: name, expression: name }),
  brokenCheck(2, { selector: name, expression: name, place: { file: name, line: 1 } }),
  unclearCheck({ selector: name, reason: name }),
  emptyCheck({ selector: name, reason: name }),
]);

const VIEWS: Readonly<Record<string, GateView>> = {
  "all kinds of answers": viewCheck(testReport(
    [testCheck(), brokenCheck(), unclearCheck(), emptyCheck()],
    { baseline: { label: "main", runs: 10, differences: ["another machine"] }, notes: ["a note"] },
  )),
  "no threshold at all": viewCheck(testReport([])),
  "hostile names": viewCheck(testReport(hostileChecks, { notes: [...HOSTILE_GATE_NAMES] })),
  "extreme numbers": viewCheck(testReport([
    brokenCheck(1, { actual: 0.001 }),
    brokenCheck(1, { actual: 9e18, interval: [-Infinity, Infinity], n: 2 ** 53 }),
    brokenCheck(1, { actual: NaN }),
  ], { run: { ...testReport([]).run, startedAtMs: undefined, durationNs: undefined } })),
  "a run of odd length": viewCheck(
    testReport([testCheck({ actual: 1 })], {
      run: { ...testReport([]).run, durationNs: 4_700_862_123 },
    }),
  ),
  "a run of whole seconds": viewCheck(
    testReport([testCheck()], { run: { ...testReport([]).run, durationNs: 100e9 } }),
  ),
  "a comparison": viewComparison(testComparison([
    testRow(),
    testRow({ verdict: "faster", change: -0.3, quantity: { kind: "avg" } }),
    testRow({ verdict: "unsure", quantity: { kind: "errors" }, change: 0.01 }),
    testRow({ verdict: "unsure", change: undefined, base: undefined, reason: "too few" }),
  ])),
};

test("libxml2 takes the XML of JUnit, after a schema", async () => {
  const { valid, rawOutput } = await validateXML({
    xml: Object.entries(VIEWS).map(([name, view]) => ({
      fileName: `${name}.xml`,
      contents: toJunit(view),
    })),
    schema: SCHEMA,
    maxMemoryPages: 4096,
  });
  assert.ok(valid, rawOutput);
});

test("libxml2 refuses what is no JUnit: the schema does check", async () => {
  const xml = toJunit(VIEWS["all kinds of answers"]!);
  const mistakes = [
    ['time="0.12"', 'time="1e-7"'],
    ["<failure ", "<failed "],
    [">", ">\x01"],
  ] as const;
  for (const [from, to] of mistakes) {
    const { valid } = await validateXML({
      xml: xml.replace(from, to),
      schema: SCHEMA,
    });
    assert.ok(!valid, to);
  }
});

test("a parser of TAP 14 reads the verdicts", () => {
  for (const [name, view] of Object.entries(VIEWS)) readTap(view, name);
});

test("a parser of TAP 14 reads each verdict whatever the names are (property)", () => {
  checkProperty(fc.property(hostileReport, (report) => {
    const points = readTap(viewCheck(report), "a hostile report");
    assert.deepEqual(points.map(({ ok, skip }) => [ok, skip !== false]), [
      [false, false],
      [true, true],
      [false, false],
      [true, false],
    ]);
  }));
});

function readTap(view: GateView, name: string) {
  const tap = toTap(view);
  const points = Parser.parse(tap, { strict: true }).flatMap((event) =>
    event[0] === "assert" ? [event[1]] : []
  );
  const problems = Parser.parse(tap, { strict: true })
    .filter(([kind]) => kind === "extra" || kind === "bailout" || kind === "child");
  assert.deepEqual(problems, [], name);
  assert.equal(points.length, view.items.length, name);
  for (const [index, { id, ok, diag, todo }] of points.entries()) {
    const { verdict, isMissing } = view.items[index]!;
    assert.equal(id, index + 1, name);
    assert.equal(ok, verdict === "pass" || verdict === "inconclusive" && !isMissing, name);
    assert.equal(todo, false, name);
    assert.equal(diag?.["verdict"], verdict, name);
  }
  return points;
}
