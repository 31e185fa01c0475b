/** `ferret run` with an end of its own: `--duration`, and `--on-ready` with its command. */
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { test } from "node:test";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { GracefulEnd } from "../../cli/run/graceful_end.ts";
import { type Outcome, PlannedEnd } from "../../cli/run/planned_end.ts";
import type { ProgramEnd } from "../../cli/run/program.ts";
import { ferretCommand, runProcess, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

const SERVER = `import { createServer } from "node:http";
import process from "node:process";
process.on("SIGINT", () => {
  console.log("SIGINT");
  process.exit(5);
});
const server = createServer((request, response) => {
  response.end("hello from " + request.url);
  if (request.url === "/exit") setTimeout(() => process.exit(4), 100);
});
server.listen(0, "127.0.0.1", () => console.log("listening"));
`;

const CLIENT = `import process from "node:process";
const response = await fetch(process.env.FERRET_URL + process.argv[2]);
console.log(await response.text(), process.env.FERRET_URL.endsWith(":" + process.env.FERRET_PORT));
process.exitCode = Number(process.argv[3] ?? 0);
`;

const FILES = {
  "server.ts": SERVER,
  "client.mjs": CLIENT,
  "idle.ts": "setInterval(() => {}, 1000);\n",
  "short.ts": 'console.log("done");\nprocess.exitCode = 6;\n',
};

function run(folder: string, options: string[], script: string, runtime: RuntimeName = "bun") {
  const flags = runtime === "deno" ? ["-A"] : [];
  return runProcess(
    ferretCommand(["run", "--runtime", runtime, ...options, ...flags, script]),
    { cwd: folder },
  );
}

test("--duration ends a program as Ctrl-C would, which is no failure", () =>
  withFolder(FILES, async (folder) => {
    const [ended, early] = await Promise.all([
      run(folder, ["--duration", "800ms", "-o", "idle.duckdb"], "idle.ts"),
      run(folder, ["--duration", "1m", "-o", "short.duckdb"], "short.ts"),
    ]);
    assert.equal(ended.exitCode, 0);
    assert.match(ended.stderr, /ended by SIGINT/);
    assert.match(ended.stderr, /ended after 800ms, as --duration says/);
    assert.equal(ended.stdout, "");
    assert.deepEqual([early.exitCode, early.stdout], [6, "done\n"]);
    assert.doesNotMatch(early.stderr, /--duration/);
    const [row] = await query(`${folder}/idle.duckdb`, "SELECT status, signal FROM runs");
    assert.deepEqual(row, { status: "complete", signal: "SIGINT" });
  }));

test("--duration reaches what a shell between has started", () =>
  withFolder(FILES, async (folder) => {
    const { exitCode, stderr } = await runProcess(
      ferretCommand([
        ...["run", "--duration", "1.5s", "--"],
        ...["sh", "-c", "bun idle.ts; exit 0"],
      ]),
      { cwd: folder },
    );
    assert.equal(exitCode, 0);
    // A shell that got the signal too ends with its program, or says what became of it.
    assert.match(stderr, /ended after 1.50s/);
    assert.doesNotMatch(stderr, /still running/);
  }));

test("a program that ignores the first signals gets the others", async () => {
  const child = spawn("sh", ["-c", "trap '' INT TERM; while :; do sleep 0.05; done"], {
    stdio: "ignore",
    detached: true,
  });
  const ended = new Promise<string | null>((resolve) => {
    child.on("exit", (_code, signal) => resolve(signal));
  });
  await new Promise((resolve) => setTimeout(resolve, 200));
  const end = new GracefulEnd(child.pid!, [
    { signal: "SIGINT", afterMs: 0 },
    { signal: "SIGTERM", afterMs: 50 },
    { signal: "SIGKILL", afterMs: 100 },
  ]);
  end.begin();
  assert.equal(await ended, "SIGKILL");
  end.stop();
  assert.equal(end.isCauseOf({ exitCode: 137 }), true);
  assert.equal(end.isCauseOf({ exitCode: 1 }), false);
});

test("--on-ready runs a command against the program, and ends it with the command", () =>
  withFolder(FILES, async (folder) => {
    const command = (path: string, code = 0) => ["--on-ready", `node client.mjs ${path} ${code}`];
    const [good, failing, crashed] = await Promise.all([
      run(folder, [...command("/hi"), "-o", "good.duckdb"], "server.ts"),
      run(folder, [...command("/hi", 3), "-o", "failing.duckdb"], "server.ts", "deno"),
      run(
        folder,
        ["--on-ready", "node client.mjs /exit; sleep 1; exit 1", "-o", "crashed.duckdb"],
        "server.ts",
      ),
    ]);
    assert.equal(good.stdout, "listening\nSIGINT\n", "stdout is the program's");
    assert.match(good.stderr, /^hello from \/hi true$/m);
    assert.equal(good.exitCode, 0);
    assert.equal(failing.exitCode, 3);
    assert.match(failing.stderr, /the command of --on-ready ended with exit code 3/);
    assert.equal(crashed.exitCode, 4, "the program's own, since nobody asked it to end");
    const [row] = await query(`${folder}/good.duckdb`, "SELECT count(*) AS n FROM spans");
    assert.ok(Number(row!["n"]) >= 1, "the request is recorded");
  }));

/** How a run ends whose program is a shell. */
async function settled(
  script: string,
  options: { durationNs?: number; onReady?: string; listens?: boolean },
): Promise<Outcome> {
  const child = spawn("sh", ["-c", script], { stdio: "ignore" });
  const { durationNs, onReady, listens = true } = options;
  const planned = new PlannedEnd({
    pid: child.pid!,
    durationNs,
    onReady,
    find: () => listens ? { port: 80, host: "127.0.0.1" } : undefined,
  });
  const end = await new Promise<ProgramEnd>((resolve) => {
    child.on("exit", (code, signal) =>
      resolve({
        exitCode: code ?? 128 + constants.signals[signal!]!,
        signal: signal ?? undefined,
        endedAtNs: 0,
      }));
  });
  return await planned.settle(end);
}

test("the exit code says whether what was planned came to pass", async () => {
  const durationNs = 400e6;
  const code = async (...args: Parameters<typeof settled>) => (await settled(...args)).exitCode;
  const forever = "while :; do sleep 0.02; done";
  const handling = `trap 'exit 5' INT; ${forever}`;
  assert.deepEqual(
    await Promise.all([
      code(forever, { durationNs }),
      // What a program makes of the signal is its own.
      code(handling, { durationNs }),
      code("exit 7", { durationNs }),
      // Unless the run was only there for the command.
      code(handling, { onReady: "sleep 0.3" }),
      code(handling, { onReady: "sleep 0.3; exit 9" }),
      // Both are ended on purpose.
      code(forever, { onReady: "sleep 60", durationNs }),
      code(forever, { onReady: "exit 9", durationNs, listens: false }),
      code("exit 7", { onReady: "exit 9", listens: false }),
      // The program ended first, by itself.
      code("sleep 2; exit 7", { onReady: "sleep 2.5; exit 9" }),
      code("sleep 2", { onReady: "sleep 2.5; exit 9" }),
    ]),
    [0, 5, 7, 0, 9, 0, 1, 7, 7, 9],
  );
});

test("--on-ready says when the program never listened", () =>
  withFolder(FILES, async (folder) => {
    const [died, idle] = await Promise.all([
      run(folder, ["--quiet", "--on-ready", "echo never", "-o", "a.duckdb"], "short.ts"),
      run(folder, ["--on-ready", "echo never", "--duration", "800ms", "-o", "b.duckdb"], "idle.ts"),
    ]);
    const sentence = /the command of --on-ready was not run: the program did not listen/;
    assert.equal(died.exitCode, 6);
    assert.match(died.stderr, sentence);
    assert.doesNotMatch(died.stderr, /never$/m);
    assert.equal(idle.exitCode, 1, "nothing was measured");
    assert.match(idle.stderr, sentence);
  }));
