/** The examples for CI do what they say: their steps are run, on a program that they would record. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import process from "node:process";
import { after, before, test } from "node:test";
import { parse } from "yaml";
import { ROOT } from "../../scripts/root.ts";
import { runJob } from "../helpers/workflow_runner.ts";

const BENCH = `let sum = 0;
function work(n) {
  for (let i = 0; i < 1000; i++) sum += Math.sqrt(n * i);
}
for (let n = 0; n < 600; n++) work(n);
`;

let folder: string;
let workspace: string;
let calls: string;
let env: Record<string, string>;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "ferret-ci-"));
  workspace = join(folder, "shop");
  calls = join(folder, "calls");
  mkdirSync(join(workspace, ".git"), { recursive: true });
  writeFileSync(join(workspace, "bench.mjs"), BENCH);
  const bin = join(folder, "bin");
  mkdirSync(bin);
  program(join(bin, "npm"), "exit 0");
  // What is installed here is the project itself. Two runs are enough to see that there are several.
  program(
    join(bin, "npx"),
    `shift 2
echo "$*" >> "$CALLS"
[[ $1 != run ]] || set -- run --repeat 2 "\${@:4}"
exec "${process.execPath}" "${ROOT}/bin/ferret.mjs" "$@"`,
  );
  env = { PATH: `${bin}${delimiter}${process.env["PATH"]}`, CALLS: calls };
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("GitHub: the main branch is recorded, checked and kept as a baseline", () => {
  const result = job("refs/heads/main", {});
  assert.equal(result.exitCode, 0, result.log);
  assert.equal(readCalls().filter((call) => call.startsWith("run --repeat 10 ")).length, 1);
  assert.ok(existsSync(join(workspace, ".ferret/baselines")));
  assert.match(result.summary, /^<!-- ferret:check -->\n### ✅ ferret check: pass\n/);
  assert.match(result.summary, /<code>function:work<\/code>/);
});

test("GitHub: a pull request is held against the baseline", () => {
  rmSync(join(workspace, "out.duckdb"));
  const result = job("refs/pull/7/merge", {
    baseline: { "cache-matched-key": "ferret-baselines-1" },
  });
  const [call] = readCalls().filter((one) => one.endsWith("--format github"));
  assert.match(call!, /errors <= 1% --p99 --baseline=main/);
  // Two runs against two prove nothing.
  assert.ok([0, 3].includes(result.exitCode), result.log);
  assert.match(result.summary, /- baseline: <code>main /);
});

test("GitLab: both reports are written, and the job ends as the check does", () => {
  const path = join(ROOT, "examples/ci/gitlab.yml");
  const { latency } = parse(readFileSync(path, "utf8")) as {
    latency: {
      script: string[];
      artifacts: { reports: { junit: string; codequality: string } };
      allow_failure: { exit_codes: number };
    };
  };
  const run = (limit: string) =>
    spawnSync("bash", ["-eo", "pipefail", "-c", latency.script.join("\n")], {
      cwd: workspace,
      encoding: "utf8",
      env: {
        ...process.env,
        ...env,
        CI_PROJECT_DIR: workspace,
        LIMITS: `function:work: p(99) < ${limit}`,
      },
    });
  const { junit, codequality } = latency.artifacts.reports;
  const slow = run("1ns");
  assert.equal(slow.status, 1, slow.stdout + slow.stderr);
  assert.match(slow.stdout, /^fail: /m);
  assert.match(readFileSync(join(workspace, junit), "utf8"), /failures="1"/);
  const issues = JSON.parse(readFileSync(join(workspace, codequality), "utf8"));
  assert.deepEqual(issues.map(({ location }: { location: unknown }) => location), [
    { path: "bench.mjs", lines: { begin: 2 } },
  ]);
  assert.equal(latency.allow_failure.exit_codes, 3);
});

/** Runs the job of examples/ci/github.yml. */
function job(
  ref: string,
  outputs: Record<string, Record<string, string>>,
): { exitCode: number; log: string; summary: string } {
  rmSync(calls, { force: true });
  const { exitCode, steps } = runJob(join(ROOT, "examples/ci/github.yml"), "latency", {
    workspace,
    actions: ROOT,
    temp: mkdtempSync(join(folder, "runner-")),
    github: { repository: "shop/shop", ref, sha: "1", token: "a token" },
    outputs,
    env,
  });
  return {
    exitCode,
    log: steps.map(({ log }) => log).join("\n"),
    summary: steps.map(({ summary }) => summary).join(""),
  };
}

function readCalls(): string[] {
  return readFileSync(calls, "utf8").trimEnd().split("\n");
}

function program(path: string, body: string): void {
  writeFileSync(path, `#!/usr/bin/env bash\n${body}\n`);
  chmodSync(path, 0o755);
}
