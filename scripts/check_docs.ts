/**
 * Checks the documentation: links lead somewhere, examples run and print what
 * they say, ferret knows the options it is shown with, changes fit the files
 * that they change, public names are described.
 *
 * A block of code runs when its fence says so: three backticks and `ts run`.
 *
 * @module
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readPublicNames } from "./docs/api.ts";
import { findCommandLines, unknownParts } from "./docs/command_lines.ts";
import { findAnchors, findCode, findLinks } from "./docs/markdown.ts";
import { madeFiles } from "./docs/made_files.ts";
import { runExample } from "./docs/run_example.ts";
import { applyDiff, findSilent, findSteps } from "./docs/sessions.ts";
import { ROOT } from "./root.ts";

/** Folders of people's machines, which mean nothing to a reader. */
const LOCAL_PATHS = /(?:^|[\s`"'(])(?:shared\/|\/work\/|\/home\/|\/root\/)/m;

function listDocuments(): string[] {
  const docs = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  return ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...docs.map((name) => `docs/${name}`)];
}

function checkDocument(path: string): string[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  const problems: string[] = [];
  if (LOCAL_PATHS.test(text)) problems.push(`${path} names a path of somebody's machine`);
  for (const { target, line } of findLinks(text)) {
    if (!isThere(path, target)) problems.push(`${path}:${line} links to nothing: ${target}`);
  }
  for (const { info, code, line } of findCode(text)) {
    if (!/\brun\b/.test(info)) continue;
    const problem = runExample(code);
    if (problem !== undefined) problems.push(`${path}:${line} has an example: ${problem}`);
  }
  return problems;
}

/** What its sessions need to be recorded once more, and show. */
async function checkSessions(path: string): Promise<string[]> {
  const text = readFileSync(join(ROOT, path), "utf8");
  const problems = findSilent(text).map((line) => `${path}:${line} has a command without output`);
  for (const line of findCommandLines(text)) {
    const unknown = await unknownParts(line);
    if (unknown.length === 0) continue;
    problems.push(`${path} calls ferret ${line.command} with what it does not know: ${unknown}`);
  }
  const files = new Map<string, string>();
  for (const step of findSteps(text)) {
    if (step.kind !== "diff") continue;
    const { file, diff, line } = step;
    try {
      const before = files.get(file) ?? readFileSync(join(ROOT, file), "utf8");
      files.set(file, applyDiff(before, diff));
    } catch (error) {
      problems.push(`${path}:${line} changes ${file}: ${(error as Error).message}`);
    }
  }
  return problems;
}

function isThere(from: string, target: string): boolean {
  if (/^[a-z]+:/.test(target)) return true; // Other people's pages are not asked for.
  const [file, anchor] = target.split("#") as [string, string | undefined];
  const path = file === "" ? join(ROOT, from) : join(ROOT, dirname(from), file);
  if (!existsSync(path)) return false;
  return anchor === undefined || findAnchors(readFileSync(path, "utf8")).has(anchor);
}

function checkApi(): string[] {
  return readPublicNames().flatMap(({ name, isValue, doc, examples }) => {
    const problems: string[] = [];
    if (doc === "") problems.push(`${name} is exported and not described`);
    if (isValue && examples.length === 0) problems.push(`${name} is exported without an @example`);
    for (const code of examples) {
      const problem = runExample(code);
      if (problem !== undefined) problems.push(`${name} has an example: ${problem}`);
    }
    return problems;
  });
}

/** What `npm run docs` writes is as it would write it now. */
function checkMade(): string[] {
  return madeFiles().flatMap(({ path, make }) => {
    const text = existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), "utf8") : "";
    return make(text) === text ? [] : [`${path} is not as it is made from the code: npm run docs`];
  });
}

const documents = listDocuments();
const problems = [
  ...documents.flatMap(checkDocument),
  ...(await Promise.all(documents.map(checkSessions))).flat(),
  ...checkApi(),
  ...checkMade(),
];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
