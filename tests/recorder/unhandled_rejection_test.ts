/** Rejections that a program does not handle stay unhandled, and those that it handles, handled. */
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { runtimeName } from "../../src/runtime/self.ts";
import { plainCommand, ROOT, runProcess } from "../helpers/processes.ts";

/** In a process of its own, because a test runner takes unhandled rejections for failures. */
const PROGRAM = `
import { Recording } from "${pathToFileURL(join(ROOT, "tests/helpers/recording.ts")).href}";

const { tracing } = new Recording();
process.on("unhandledRejection", (reason) => console.log("unhandled", reason.message));
const fail = async (message) => {
  await null;
  throw new Error(message);
};
const wrapped = tracing.wrap(fail);

void tracing.span("span", () => fail("span"));
tracing.span("span", () => fail("no")).catch(() => {});
void wrapped("wrap");
wrapped("no").catch(() => {});
tracing.span("inner", () => {
  void wrapped("inside");
});
try {
  await tracing.span("outer", () => tracing.span("inner", () => fail("no")));
} catch {
  console.log("handled");
}
setTimeout(() => console.log("end"), 20);
`;

test("span() and wrap() leave unhandled rejections as they are", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ferret-test-"));
  try {
    await writeFile(join(folder, "program.mjs"), PROGRAM);
    const flags = runtimeName() === "deno" ? ["-A", "--no-check"] : [];
    const command = plainCommand(runtimeName(), "program.mjs", { flags });
    const result = await runProcess(command, { cwd: folder });
    assert.equal(result.exitCode, 0, result.stderr);
    assert.deepEqual(result.stdout.trim().split("\n").sort(), [
      "end",
      "handled",
      "unhandled inside",
      "unhandled span",
      "unhandled wrap",
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
