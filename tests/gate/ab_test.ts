/**
 * `ferret ab` with real programs: what it runs where, what it finds, and that
 * nothing is left behind.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { processIdentity } from "../../src/runtime/process_identity.ts";
import {
  ferretCommand,
  type ProcessResult,
  runProcess,
  testEnvironment,
  withFolder,
} from "../helpers/processes.ts";

/** Waits, so that what it takes does not depend on who else uses the machine. */
const PROGRAM = `
  import { writeFileSync } from "node:fs";
  function work(ms) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  }
  console.log("says something");
  work(Number(process.argv[2]));
`;

const SERVER = `
  import { createServer } from "node:http";
  import { existsSync } from "node:fs";
  if (!existsSync(new URL("../prepared", import.meta.url))) throw new Error("not prepared");
  createServer((_request, response) => setTimeout(() => response.end("ok"), 5)).listen(0);
`;

const LOAD = `
  for (let i = 0; i < 8; i++) await (await fetch(process.env.FERRET_URL + "/")).text();
`;

const ENDLESS = `
  console.log("pid", process.pid);
  setInterval(() => {}, 1000);
`;

/** What otherwise takes a dozen pairs that agree is proven by two. */
const CREDULOUS = ["--warmup", "0", "--alpha", "80%"];

function ab(cwd: string, args: readonly string[]): Promise<ProcessResult> {
  mkdirSync(join(cwd, "tmp"), { recursive: true });
  const env = { TMPDIR: join(cwd, "tmp") };
  return runProcess(ferretCommand(["ab", ...args], "bun"), { cwd, env, timeoutMs: 180_000 });
}

function isTidy(cwd: string): void {
  assert.deepEqual(readdirSync(join(cwd, "tmp")), []);
}

/** A repository with one commit of these files. */
function withRepository(
  files: Readonly<Record<string, string>>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  return withFolder({ ...files, ".gitignore": "tmp\n" }, async (folder) => {
    await git(folder, "init", "--quiet");
    await git(folder, "add", ".");
    const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
    await git(folder, ...identity, "commit", "--quiet", "--message", "Begin");
    await use(folder);
  });
}

async function git(cwd: string, ...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runProcess(["git", ...args], { cwd });
  assert.equal(exitCode, 0, stderr);
  return stdout;
}

async function worktrees(folder: string): Promise<number> {
  const list = await git(folder, "worktree", "list", "--porcelain");
  return list.match(/^worktree /gm)!.length;
}

test("ferret ab finds the slower of two commands, and keeps their output out of the result", async () => {
  await withFolder({ "program.mjs": PROGRAM }, async (cwd) => {
    const { exitCode, stdout, stderr } = await ab(cwd, [
      "node program.mjs 5",
      "node program.mjs 400",
      ...CREDULOUS,
      "--max-rounds=2",
      "--format=json",
      "-o",
      "kept.duckdb",
    ]);
    assert.equal(exitCode, 1, stderr);
    const { verdict, rows } = JSON.parse(stdout) as {
      verdict: string;
      rows: { name: string; verdict: string }[];
    };
    assert.equal(verdict, "fail");
    assert.deepEqual(rows.map((row) => `${row.name}: ${row.verdict}`), ["work: slower"]);
    assert.doesNotMatch(stderr, /says something/);
    const hint = /ferret diff '(.+)' '(.+)'/.exec(stderr)!;
    const again = ["diff", hint[1]!, hint[2]!, "--filter", "work", "--of", "avg"];
    const diff = await runProcess(ferretCommand(again, "bun"), { cwd });
    assert.match(diff.stdout, /2\+2/, diff.stderr);
    isTidy(cwd);
  });
});

test("ferret ab --base loads a commit and the working tree, and removes what it checked out", async () => {
  const files = { "app/server.mjs": SERVER, "load.mjs": LOAD, "prepared": "" };
  await withRepository(files, async (folder) => {
    const cwd = join(folder, "app");
    await git(folder, "rm", "--quiet", "--cached", "prepared");
    const slower = readFileSync(join(cwd, "server.mjs"), "utf8").replace(", 5)", ", 60)");
    writeFileSync(join(cwd, "server.mjs"), slower);
    await git(folder, "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-qm", "Forget");
    const { exitCode, stdout, stderr } = await ab(cwd, [
      "--base=HEAD",
      "--install=touch ../prepared",
      "--on-ready=node ../load.mjs",
      ...CREDULOUS,
      "--max-rounds=2",
      "--of=p50",
      "--",
      "node",
      "server.mjs",
    ]);
    assert.equal(exitCode, 1, stderr);
    assert.match(stdout, /^GET .* 2\+2 +16\+16$/m);
    assert.match(stderr, /the baseline is HEAD \([0-9a-f]{8}\)/);
    assert.match(stderr, /the same commit with 1 file changed and not committed/);
    assert.match(stderr, /preparing the baseline: touch \.\.\/prepared/);
    assert.equal(await worktrees(folder), 1);
    isTidy(cwd);
  });
});

test("ferret ab says in a line why there is nothing to compare with", async () => {
  await withRepository(
    { "a.mjs": "", "fails.mjs": "console.log('so far'); process.exit(7);" },
    async (cwd) => {
      const fails = async (...args: string[]) => {
        const { exitCode, stdout, stderr } = await ab(cwd, args);
        assert.equal(exitCode, 2, stderr);
        assert.equal(stdout, "");
        isTidy(cwd);
        return stderr;
      };
      assert.match(
        await fails("--base=nowhere", "a.mjs"),
        /^ferret: Cannot compare with "nowhere": git knows no such commit\n/,
      );
      assert.match(
        await fails("--base=HEAD", "--install=echo no network; exit 4", "a.mjs"),
        /^ferret: Cannot prepare the baseline: "echo no network; exit 4" ended with exit code 4: no network$/m,
      );
      writeFileSync(join(cwd, "new.mjs"), "");
      assert.match(
        await fails("--base=HEAD", "new.mjs"),
        /^ferret: Cannot run "new\.mjs": no such file \(baseline\)$/m,
      );
      assert.equal(await worktrees(cwd), 1);
      assert.equal(
        await fails("node fails.mjs", "node a.mjs", "--warmup=0"),
        "  so far\nferret: Cannot compare: the baseline ended with exit code 7\n" +
          "--ignore-failure goes on all the same\n",
      );
    },
  );
  await withFolder({ "a.mjs": "" }, async (cwd) => {
    const { exitCode, stderr } = await ab(cwd, ["--base=main", "a.mjs"]);
    assert.equal(exitCode, 2);
    assert.match(stderr, /^ferret: Cannot compare with "main": not a git repository\n/);
  });
});

test("ferret ab ends the program and removes everything when it is interrupted", async () => {
  await withRepository({ "endless.mjs": ENDLESS }, async (cwd) => {
    mkdirSync(join(cwd, "tmp"));
    const args = ["ab", "--base=HEAD", "--show-output", "--", "node", "endless.mjs"];
    const [file, ...words] = ferretCommand(args, "bun");
    const child = spawn(file!, words, {
      cwd,
      env: { ...testEnvironment(), TMPDIR: join(cwd, "tmp") },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      const wasRunning = /^pid \d+$/m.test(stderr);
      stderr += text;
      if (!wasRunning && /^pid \d+$/m.test(stderr)) child.kill("SIGINT");
    });
    const exitCode = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(exitCode, 130, stderr);
    const pid = Number(/^pid (\d+)$/m.exec(stderr)![1]);
    assert.equal(processIdentity(pid), undefined);
    assert.equal(await worktrees(cwd), 1);
    isTidy(cwd);
    assert.equal(existsSync(join(cwd, "out.duckdb")), false);
  });
});
