/**
 * The one gate before a commit: format, lint, types, documentation, tests.
 * `--no-tests` leaves the tests out.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { styleText } from "node:util";
import { ROOT } from "./root.ts";
import { projectEnvironment } from "./runtimes.ts";

/** A command of the gate. */
interface Check {
  name: string;
  command: string[];
}

const CHECKS: readonly Check[] = [
  { name: "format", command: ["deno", "fmt", "--check"] },
  { name: "lint", command: ["deno", "lint"] },
  { name: "types", command: ["tsc", "--project", "."] },
  { name: "documentation", command: ["deno", "run", "-A", "scripts/check_docs.ts"] },
];

/** Runs all checks at once and shows what the failing ones say. @returns How many failed. */
async function runChecks(): Promise<number> {
  const results = await Promise.all(CHECKS.map(async (check) => ({ check, ...await run(check) })));
  for (const { check, isGood, output } of results) {
    console.log(isGood ? `ok   ${check.name}` : `FAIL ${check.name}\n${output}`);
  }
  return results.filter(({ isGood }) => !isGood).length;
}

function run(check: Check): Promise<{ isGood: boolean; output: string }> {
  const [command, ...args] = check.command;
  const child = spawn(command!, args, {
    cwd: ROOT,
    env: projectEnvironment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (text) => output += text);
  child.stderr.on("data", (text) => output += text);
  return new Promise((resolve) => {
    child.on("error", (error) => resolve({ isGood: false, output: error.message }));
    child.on("close", (code) => resolve({ isGood: code === 0, output }));
  });
}

function runTests(): Promise<boolean> {
  const child = spawn("deno", ["run", "-A", "scripts/test.ts"], {
    cwd: ROOT,
    env: projectEnvironment(),
    stdio: "inherit",
  });
  return new Promise((resolve) => child.on("close", (code) => resolve(code === 0)));
}

const failedChecks = await runChecks();
const isTested = process.argv.includes("--no-tests") || await runTests();
if (failedChecks > 0) console.log(styleText("red", `${failedChecks} of the checks failed`));
process.exitCode = failedChecks === 0 && isTested ? 0 : 1;
