/** The composite action, run as GitHub's runner would run it. */
import assert from "node:assert/strict";
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
import { ROOT } from "../../scripts/root.ts";
import { type SpanFixture, steppedSpans, writeRecording } from "../helpers/recording_fixture.ts";
import { runAction, type RunnerResult } from "../helpers/workflow_runner.ts";

const ACTION = join(ROOT, ".github/actions/check");
const MS = 1e6;

let folder: string;
let workspace: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "ferret-action-"));
  workspace = join(folder, "shop");
  mkdirSync(workspace);
  await writeRecording(join(workspace, "out.duckdb"), [{
    spans: [
      ...mixed({ name: "GET /users/:id", scope: "http.server", kind: "server" }, 1_000),
      ...mixed({ name: "load", scope: "function", parentId: 1 }, 500),
      { name: "::error::rare", scope: "manual", durationNs: MS },
    ],
    sources: [{ name: "load", file: join(workspace, "src/load.ts"), line: 12 }],
  }]);
  const bin = join(folder, "bin");
  mkdirSync(bin);
  program(join(bin, "ferret-here"), `exec "${process.execPath}" "${ROOT}/bin/ferret.mjs" "$@"`);
  // A GitHub that has one comment, when there is any, and keeps what it is told.
  program(
    join(bin, "gh"),
    `echo "$*" >> "$GH_CALLS"
case "$*" in *--jq*) printf '%s' "$GH_FOUND" ;; *) cp "$BODY" "$GH_CALLS.body" ;; esac`,
  );
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("a breach is annotated, summed up, commented on and ends the job", () => {
  const { result, calls, body } = act({
    inputs: {
      thresholds: "function:load: p(95) < 20ms\n\nhttp.server:*: p(95) < 1s\n",
      args: "--max=10s\n",
      comment: "true",
      junit: "ferret.xml",
    },
  });
  assert.equal(result.exitCode, 1, log(result));
  const { commands, summary } = result.steps[0]!;
  const { name, properties, data } = commands[0]!;
  assert.deepEqual([commands.length, name, properties], [1, "error", {
    file: "src/load.ts",
    line: "12",
    title: "ferret: function:load: p(95) < 20ms",
  }]);
  assert.match(data, /^p\(95\) is 47\.5ms \(.*n 500\); expected < 20ms/);
  assert.match(summary, /^<!-- ferret:check -->\n### ❌ ferret check: fail\n/);
  assert.match(summary, /\| ❌ fail \| <code>function:load<\/code>/);
  const { summary: said, ...outputs } = result.outputs;
  assert.deepEqual(outputs, {
    verdict: "fail",
    "exit-code": "1",
    total: "3",
    passed: "2",
    failed: "1",
    inconclusive: "0",
  });
  assert.equal(said, "2 of 3 thresholds met, 1 not");
  assert.deepEqual(calls, [
    "api --paginate repos/shop/shop/issues/7/comments --jq",
    "api --method POST repos/shop/shop/issues/7/comments --field",
  ]);
  assert.equal(body, summary.trimEnd() + "\n");
  assert.match(readFileSync(join(workspace, "ferret.xml"), "utf8"), /<testsuite [^>]*failures="1"/);
});

test("a comment that is there is brought up to date", () => {
  const { result, calls, body } = act({
    inputs: { args: "--p95=1s", comment: "true" },
    found: "41\n42\n",
  });
  assert.equal(result.exitCode, 0, log(result));
  assert.equal(result.outputs["verdict"], "pass");
  assert.deepEqual(result.steps[0]!.commands.map((command) => command.name), ["notice"]);
  assert.equal(calls[1], "api --method PATCH repos/shop/shop/issues/comments/41 --field");
  assert.match(body!, /✅ ferret check: pass/);
});

test("what cannot be judged is a warning, ends the job, and a fork gets no comment", () => {
  const { result, calls } = act({
    inputs: { args: "--p99=1s\n--span=manual:*", comment: "true" },
    head: "stranger/shop",
  });
  assert.equal(result.exitCode, 3, log(result));
  const { verdict, inconclusive } = result.outputs;
  assert.deepEqual([verdict, inconclusive], ["inconclusive", "1"]);
  const { commands } = result.steps[0]!;
  assert.deepEqual(commands.map((command) => [command.name, command.properties["title"]]), [
    ["warning", "ferret: ::error::rare: p(99) <= 1s"],
  ]);
  assert.deepEqual(calls, []);
});

test("a recording that is not there is said, and there is no verdict", () => {
  const { result, calls } = act({ inputs: { recording: "none.duckdb", args: "--p99=1s" } });
  assert.equal(result.exitCode, 4, log(result));
  assert.equal(result.outputs["verdict"], "error");
  assert.match(log(result), /none\.duckdb/);
  assert.deepEqual(calls, []);
});

/** Spans of 0.1 ms, 0.2 ms and so on, none of which tells anything about the next. */
function mixed(span: Omit<SpanFixture, "durationNs">, count: number): SpanFixture[] {
  return steppedSpans(span, count, MS / 10)
    .map((_, i, all) => all[(i * 211) % count]!);
}

/** Uses the action in a pull request. */
function act({ inputs, head = "shop/shop", found = "" }: {
  inputs: Record<string, string>;
  head?: string;
  found?: string;
}): { result: RunnerResult; calls: string[]; body: string | undefined } {
  const temp = mkdtempSync(join(folder, "runner-"));
  const calls = join(temp, "calls");
  const result = runAction(ACTION, { ferret: "ferret-here", ...inputs }, {
    workspace,
    temp,
    github: {
      repository: "shop/shop",
      token: "a token",
      event: { pull_request: { number: 7, head: { repo: { full_name: head } } } },
    },
    env: {
      PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"]}`,
      GH_CALLS: calls,
      GH_FOUND: found,
    },
  });
  return {
    result,
    calls: readLines(calls).map((line) => /^(.*?--(?:jq|field))/.exec(line)?.[1] ?? line),
    body: existsSync(`${calls}.body`) ? readFileSync(`${calls}.body`, "utf8") : undefined,
  };
}

function program(path: string, body: string): void {
  writeFileSync(path, `#!/usr/bin/env bash\n${body}\n`);
  chmodSync(path, 0o755);
}

function readLines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter((line) => line) : [];
}

function log({ steps }: RunnerResult): string {
  return steps.map((step) => step.log).join("\n");
}
