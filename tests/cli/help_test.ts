/** What `--help` says of each command. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { createProgram } from "../../cli/program.ts";
import { RUN_OPTION_NAMES } from "../../cli/run/options.ts";

const SILENT = { out: () => {}, err: () => {} };

test("the help of run names the options that run reads, and no others", () => {
  const run = createProgram(SILENT, () => {}).commands.find((command) => command.name() === "run")!;
  const named = run.createHelp().visibleOptions(run).map(({ long }) => long);
  assert.deepEqual(named.sort(), [...RUN_OPTION_NAMES].sort());
});
