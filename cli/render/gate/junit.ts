/**
 * Verdicts as JUnit's XML: a breach is a failure, what cannot be said is
 * skipped, and nothing to measure is an error. Written so that both the schema
 * of Jenkins' xUnit plugin (junit-10.xsd) and the stricter one of Ant take it;
 * they agree on no more attributes than these.
 *
 * @module
 */
import { sanitize } from "../../../src/model/sanitize.ts";
import { countItems, type GateItem, type GateView, verdictLine } from "./gate_view.ts";

/** From here on numbers are written with an exponent. */
const MAX_NS = 1e30;

/** The verdict as a document of one suite. The time of a case is what was measured, in seconds. */
export function toJunit(view: GateView): string {
  const counts = countItems(view);
  const suite = attributes({
    name: `ferret ${view.kind}`,
    tests: counts.total,
    failures: counts.failed,
    errors: counts.missing,
    skipped: counts.inconclusive,
    // Jenkins takes no more digits of a suite.
    time: seconds(view.durationNs, 3),
    timestamp: timestamp(view.startedAtMs),
    hostname: "localhost",
    package: "ferret",
    id: 0,
  });
  const properties = [["verdict", view.verdict] as const, ...view.facts].map(([name, value]) =>
    `      <property${attributes({ name, value })}/>\n`
  );
  const said = [verdictLine(view), ...view.notes].map(xmlText).join("\n");
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite${suite}>
    <properties>
${properties.join("")}    </properties>
${view.items.map(testCase).join("")}    <system-out>${said}</system-out>
    <system-err></system-err>
  </testsuite>
</testsuites>
`;
}

function testCase(item: GateItem): string {
  const open = `    <testcase${
    attributes({
      name: item.question,
      classname: item.subject === "" ? "(no name)" : item.subject,
      time: seconds(item.actualNs),
    })
  }`;
  const result = resultOf(item);
  if (result === undefined) return `${open}/>\n`;
  const place = item.place === undefined ? "" : `${item.place.file}:${item.place.line}: `;
  const text = xmlText(`${place}${item.subject}: ${item.question}: ${item.message}`);
  const { message } = item;
  // To Ant's schema what is skipped has no type.
  const type = result === "skipped" ? {} : { type: item.quantity };
  return `${open}>
      <${result}${attributes({ ...type, message })}>${text}</${result}>
    </testcase>
`;
}

function resultOf({ verdict, isMissing }: GateItem): string | undefined {
  if (verdict === "pass") return undefined;
  if (verdict === "fail") return "failure";
  return isMissing ? "error" : "skipped";
}

/** Ant asks for a time of each, without an exponent. */
function seconds(ns: number | undefined, digits = 9): string {
  const known = ns !== undefined && ns >= 0 && ns < MAX_NS ? ns : 0;
  return (known / 1e9).toFixed(digits).replace(/\.?0+$/, "");
}

/** Ant takes no time zone: it is UTC. */
function timestamp(ms: number | undefined): string {
  const date = new Date(ms ?? 0);
  const known = Number.isNaN(date.getTime()) ? new Date(0) : date;
  return known.toISOString().replace(/^[+-]\d\d/, "").slice(0, 19);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values).map(([name, value]) => ` ${name}="${xmlText(String(value))}"`)
    .join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
  "\ufffe": "\\ufffe",
  "\uffff": "\\uffff",
};

/** XML 1.0 has no way to say most control characters: they are written out, as in a terminal. */
function xmlText(text: string): string {
  return sanitize(text).replace(/[&<>"'\ufffe\uffff]/g, (char) => ENTITIES[char]!);
}
