/**
 * Counts the tests in a JUnit report as Deno, Bun and Node write them.
 *
 * The three disagree about groups: Bun and Node nest suites and list only what
 * ran, Deno lists a group beside its steps. Here a test is what has no tests of
 * its own inside.
 *
 * @module
 */

/** What became of the tests of one file. */
export interface TestCounts {
  passed: number;
  failures: TestFailure[];
}

export interface TestFailure {
  /** Names of the groups and of the test, outermost first. */
  name: string;
  message: string;
}

interface TestCase {
  name: string;
  /** `undefined` when it passed. */
  failure: string | undefined;
}

const SEPARATOR = " > ";

/**
 * Reads the report on one file. A test that was skipped or marked as to do
 * counts as failed.
 */
export function countTests(xml: string, file: string): TestCounts {
  // Node reports a file without tests as a test that passed.
  const cases = readCases(xml).filter(({ name, failure }) =>
    failure !== undefined || !name.endsWith(file)
  );
  const failures: TestFailure[] = [];
  let passed = 0;
  for (const { name, failure } of cases) {
    const inside = cases.filter((other) => other.name.startsWith(name + SEPARATOR));
    const isReportedInside = inside.some((other) => other.failure !== undefined);
    if (failure === undefined) passed += inside.length === 0 ? 1 : 0;
    else if (!isReportedInside) failures.push({ name, message: failure });
  }
  return { passed, failures };
}

function readCases(xml: string): TestCase[] {
  const cases: TestCase[] = [];
  const groups: string[] = [];
  const tag = /<(\/?)(testsuite|testcase)\b((?:"[^"]*"|[^">])*?)(\/?)>/g;
  for (let found = tag.exec(xml); found !== null; found = tag.exec(xml)) {
    const [, isEnd, kind, attributes, isEmpty] = found;
    if (kind === "testsuite") {
      if (isEnd) groups.pop();
      else if (!isEmpty) groups.push(groupName(attributes!));
    } else if (!isEnd) {
      const end = isEmpty ? found.index : xml.indexOf("</testcase>", found.index);
      const body = isEmpty ? "" : xml.slice(tag.lastIndex, end);
      const name = [...groups.filter((group) => group !== ""), attribute(attributes!, "name")];
      cases.push({ name: name.join(SEPARATOR), failure: readFailure(body) });
    }
  }
  return cases;
}

/** A suite is a group of tests, or a file, which adds nothing to the name. */
function groupName(attributes: string): string {
  const name = attribute(attributes, "name");
  return /\.[cm]?[jt]s$/.test(name) ? "" : name;
}

function readFailure(body: string): string | undefined {
  if (/<skipped\b/.test(body)) return "Skipped: the suite has no skipped tests";
  const failure = /<(failure|error)\b((?:"[^"]*"|[^">])*?)(?:\/>|>([\s\S]*?)<\/\1>)/.exec(body);
  if (failure === null) return undefined;
  const text = decodeXml(failure[3] ?? "").trim();
  return text === "" ? attribute(failure[2]!, "message") : text;
}

function attribute(attributes: string, name: string): string {
  return decodeXml(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
}

const ENTITIES: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function decodeXml(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16));
  });
}
