/** Mistakes that are told before the program starts, and outputs that are not touched. */
import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ferretCommand, type ProcessResult, runProcess, withFolder } from "../helpers/processes.ts";

const FILES = { "app.ts": 'console.log("started");\n', "foreign.txt": "mine", "empty.duckdb": "" };

function ferretRun(folder: string, args: string[]): Promise<ProcessResult> {
  return runProcess(ferretCommand(["run", "--runtime", "bun", ...args]), { cwd: folder });
}

test("ferret run says in one line what is wrong with its command line", async () => {
  await withFolder(FILES, async (folder) => {
    const cases: [args: string[], message: RegExp][] = [
      [["none.ts"], /Cannot run "none\.ts": no such file/],
      [["--smoll", "app.ts"], /Cannot use "--smoll": .*\n.*Did you mean "--smol"\?/],
      [[], /no script was named/],
      [["--", "no-such-program"], /no such program on the PATH/],
      [
        ["-o", "no/such/out.duckdb", "app.ts"],
        /"no\/such\/out\.duckdb": the folder .* does not exist/,
      ],
      [["-o", ".", "app.ts"], /it is a folder/],
      [["-o", "foreign.txt", "app.ts"], /"foreign\.txt": it is not a recording/],
      [["-o", "empty.duckdb", "app.ts"], /it is not a recording \(it is empty\)/],
      [["-o", "foreign.txt/", "app.ts"], /it is a file, and Parquet needs a folder/],
    ];
    for (const [args, message] of cases) {
      const result = await ferretRun(folder, args);
      assert.equal(result.exitCode, 2, args.join(" "));
      assert.equal(result.stdout, "", args.join(" "));
      assert.match(result.stderr, message);
      assert.ok(result.stderr.trimEnd().split("\n").length <= 2, result.stderr);
      assert.doesNotMatch(result.stderr, /^\s+at /m);
    }
    assert.equal(readFileSync(join(folder, "foreign.txt"), "utf8"), "mine");
    assert.equal(readFileSync(join(folder, "empty.duckdb"), "utf8"), "");
    assert.equal(existsSync(join(folder, "out.duckdb")), false);
  });
});

test("ferret run gives a command that starts no program of ours its own exit code", async () => {
  await withFolder(FILES, async (folder) => {
    const exited = await ferretRun(folder, ["--", "sh", "-c", "echo out; exit 9"]);
    assert.deepEqual([exited.exitCode, exited.stdout], [9, "out\n"]);
    assert.match(exited.stderr, /^ferret: nothing is recorded: the command started no program/);
    const killed = await ferretRun(folder, ["--quiet", "--", "sh", "-c", "kill -TERM $$"]);
    assert.equal(killed.exitCode, 143);
  });
});

test("ferret run keeps the program's exit code when nothing can be recorded", async () => {
  await withFolder(FILES, async (folder) => {
    writeFileSync(join(folder, "app.ts"), 'console.log("started");\nprocess.exitCode = 3;\n');
    // The partial cannot be created where a folder has its name: the writer fails, not the program.
    mkdirSync(join(folder, "recordings"));
    const limited = ferretCommand([
      "run",
      "--runtime",
      "bun",
      "-o",
      "recordings/o.duckdb",
      "app.ts",
    ]);
    const quoted = limited.map((word) => `'${word}'`).join(" ");
    // No file may grow beyond 4 KiB: neither a ring nor a recording has room.
    const command = ["sh", "-c", `trap '' XFSZ; ulimit -f 8; exec ${quoted}`];
    const result = await runProcess(command, { cwd: folder });
    assert.equal(result.stdout, "started\n");
    assert.equal(result.exitCode, 3);
    assert.match(result.stderr, /no room for shared memory: records travel through a pipe/);
    assert.match(result.stderr, /nothing is recorded|could not|not finished/);
    assert.doesNotMatch(result.stderr, /^\s+at /m);
  });
});

test("ferret run takes a smaller ring when there is no room for the one wanted", async () => {
  await withFolder(FILES, async (folder) => {
    const line = ferretCommand(["run", "--runtime", "bun", "--ring-size", "64MiB", "app.ts"]);
    const quoted = line.map((word) => `'${word}'`).join(" ");
    // 48 MiB in units of 512 bytes.
    const command = ["sh", "-c", `trap '' XFSZ; ulimit -f 98304; exec ${quoted}`];
    const result = await runProcess(command, { cwd: folder });
    assert.equal(result.stdout, "started\n");
    assert.match(result.stderr, /the ring has 32\.0 MiB instead of 64\.0 MiB/);
    assert.match(result.stderr, /nothing lost/);
  });
});
