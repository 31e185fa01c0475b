/**
 * One program over each transport: the same spans arrive, however it ends, but
 * for what the transport is documented to lose.
 */
import { strict as assert } from "node:assert";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runtimeName } from "../../src/runtime/self.ts";
import { ferret } from "../helpers/ferret.ts";
import {
  ferretCommand,
  type ProcessResult,
  ROOT,
  runProcess,
  withFolder,
} from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

const PROGRAM = fileURLToPath(new URL("fixtures/program.mjs", import.meta.url));
const RUNTIME = runtimeName();
const DENO_FLAGS = RUNTIME === "deno" ? ["-A", "--no-check"] : [];

/** How the program may end, and with which exit code. */
const ENDINGS = { return: 0, exit: 3, throw: 1, SIGTERM: 143, SIGKILL: 137 };
type Ending = keyof typeof ENDINGS;

/** Spans that are made after a flush, just before the end. */
const LATE = 1_000;

/** Over the pipe, a process joins only if it has the pipe: only Node can hand it on. */
const MAY_HAND_PIPE_ON = RUNTIME === "node";

function terminatePrinted(stdout: string): void {
  const pid = /^(\d+)\n/m.exec(stdout)?.[1];
  if (pid !== undefined) process.kill(Number(pid), "SIGTERM");
}

function endings(use: (ending: Ending, exitCode: number) => Promise<void>): Promise<unknown> {
  return Promise.all(
    Object.entries(ENDINGS).map(([ending, exitCode]) => use(ending as Ending, exitCode)),
  );
}

function run(command: string[], env: Record<string, string> = {}): Promise<ProcessResult> {
  return runProcess(command, { env, onOutput: terminatePrinted });
}

function countsOf(path: string): Promise<Record<string, unknown>[]> {
  return query(
    path,
    `SELECT name, count(*) AS n, count(DISTINCT attributes) AS kinds FROM spans
     WHERE name IN ('work', 'late', 'in child', 'in worker') GROUP BY name ORDER BY name`,
  );
}

/** The rows of {@linkcode countsOf}; what there is none of has no row. */
function expectedCounts(counts: { late: number; child: number; worker: number }) {
  const { late, child, worker } = counts;
  const rows = [
    { name: "in child", n: child, kinds: 0 },
    { name: "in worker", n: worker, kinds: 0 },
    { name: "late", n: late, kinds: late },
    { name: "work", n: 20_000, kinds: 20_000 },
  ];
  return rows.filter(({ n }) => n > 0);
}

for (const transport of ["mapped", "pipe"]) {
  test(`The transport "${transport}" brings the same spans, however a program ends`, () =>
    withFolder({}, async (folder) => {
      await endings(async (ending, exitCode) => {
        const out = join(folder, `${ending}.duckdb`);
        // Small rings: where shared memory has 64 MB, all of these runs at once are to find room.
        const rings = ["--ring-size", "4MiB"];
        const options = [...rings, "--no-functions", "--runtime", RUNTIME, "-o", out];
        const result = await run(
          ferretCommand(["run", ...options, ...DENO_FLAGS, PROGRAM, ROOT, ending]),
          { FERRET_TRANSPORT: transport },
        );
        assert.equal(result.exitCode, exitCode, result.stderr);
        const isKilled = ending === "SIGKILL" || ending === "SIGTERM";
        const keepsLate = ending !== "SIGTERM" && (transport === "mapped" || ending !== "SIGKILL");
        const starts = ending === "return" || ending === "SIGKILL";
        const expected = expectedCounts({
          late: keepsLate ? LATE : 0,
          child: starts && (transport === "mapped" || MAY_HAND_PIPE_ON) ? 100 : 0,
          worker: starts ? 100 : 0,
        });
        assert.deepEqual(await countsOf(out), expected, `${ending}\n${result.stderr}`);
        const [kept] = await query(out, "SELECT transport, issued = stored AS is_whole FROM runs");
        assert.deepEqual(kept, { transport, is_whole: true });
        const isSaid = /before it had sent everything/.test(result.stderr);
        assert.equal(isSaid, transport === "pipe" && isKilled, result.stderr);
      });
    }));
}

test("ferret run records where there is nothing but the runtime", () =>
  withFolder({}, async (folder) => {
    // As in a container without a shell: no cat, no mkfifo, no git.
    await symlink(process.execPath, join(folder, RUNTIME));
    const out = join(folder, "out.duckdb");
    const options = ["--no-functions", "--runtime", RUNTIME, "-o", out];
    const result = await run(
      ferretCommand(["run", ...options, ...DENO_FLAGS, PROGRAM, ROOT, "exit"]),
      { PATH: folder, FERRET_TRANSPORT: "pipe" },
    );
    assert.equal(result.exitCode, 3, result.stderr);
    assert.deepEqual(await countsOf(out), expectedCounts({ late: LATE, child: 0, worker: 0 }));
  }));

test('The transport "in-process" brings the same spans, however a program ends', () =>
  withFolder({}, async (folder) => {
    await endings(async (ending, exitCode) => {
      const out = join(folder, `${ending}.duckdb`);
      const command = RUNTIME === "deno" ? ["deno", "run", ...DENO_FLAGS] : [RUNTIME];
      const result = await run([...command, PROGRAM, ROOT, ending, out]);
      const isKilled = ending === "SIGKILL" || ending === "SIGTERM";
      if (isKilled) {
        assert.equal(result.signal, ending, result.stderr);
        assert.equal((await ferret(["recover", out])).exitCode, 0);
      } else assert.equal(result.exitCode, exitCode, result.stderr);
      const late = (await countsOf(out)).find(({ name }) => name === "late")?.["n"] ?? 0;
      if (!isKilled) assert.equal(late, LATE, ending);
      const expected = expectedCounts({ late: Number(late), child: 0, worker: 0 });
      assert.deepEqual(await countsOf(out), expected, ending);
    });
  }));
