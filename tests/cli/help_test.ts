/** What `--help` says of each command. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import { createProgram } from "../../cli/program.ts";
import { RUN_OPTION_NAMES } from "../../cli/run/options.ts";
import { ferret } from "../helpers/ferret.ts";

const SILENT = { out: () => {}, err: () => {} };

test("the help of run names the options that run reads, and no others", () => {
  const run = createProgram(SILENT, () => {}).commands.find((command) => command.name() === "run")!;
  const named = run.createHelp().visibleOptions(run).map(({ long }) => long);
  assert.deepEqual(named.sort(), [...RUN_OPTION_NAMES].sort());
});

test("help goes down to commands below a command, and what is mistyped there is suggested", async () => {
  const below = await ferret(["help", "baseline", "save"]);
  assert.equal(below.exitCode, 0);
  assert.equal(below.stdout, (await ferret(["baseline", "save", "--help"])).stdout);
  assert.match(below.stdout, /^Usage: ferret baseline save /);
  const mistakes: [string[], RegExp][] = [
    [["dif"], /\nDid you mean diff\?\n$/],
    [["bseline", "save"], /\nDid you mean baseline\?\n$/],
    [["baseline", "svae"], /\nDid you mean save\?\n$/],
    [["init", "--forse"], /\nDid you mean --force\?\n$/],
    [["ab", "--bse", "main"], /\nDid you mean "--base"\?\n$/],
  ];
  for (const [args, message] of mistakes) {
    const { exitCode, stderr } = await ferret(args);
    assert.equal(exitCode, 2, args.join(" "));
    assert.match(stderr, message);
  }
});
