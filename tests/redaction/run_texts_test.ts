import assert from "node:assert/strict";
import { test } from "node:test";
import { Redactor } from "../../src/redaction/redactor.ts";
import { redactedRun } from "../../src/redaction/run_texts.ts";
import { testRun } from "../helpers/run_info.ts";

test("redactedRun() takes secrets out of command, arguments and labels", () => {
  const run = {
    ...testRun(),
    command: "/usr/bin/mysql",
    args: ["-phunter2", "--token", "hunter2", "--port", "80"],
    labels: { token: "hunter2", team: "a", note: "password=hunter2" },
    gitBranch: "fix/token-count",
  };
  const redacted = redactedRun(run, new Redactor());
  assert.deepEqual(redacted, {
    ...run,
    args: ["-pREDACTED", "--token", "REDACTED", "--port", "80"],
    labels: { token: "REDACTED", team: "a", note: "password=REDACTED" },
  });
  assert.deepEqual(redactedRun(redacted, new Redactor()), redacted);
  assert.equal(redactedRun(run, new Redactor(false)), run);
});
