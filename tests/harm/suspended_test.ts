/**
 * A program whose ferret is suspended, or dead, while it runs and ends.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { processIdentity } from "../../src/runtime/process_identity.ts";
import { ferret } from "../helpers/ferret.ts";
import { ferretCommand, ROOT, testEnvironment, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];
const PROGRAM = fileURLToPath(new URL("fixtures/suspended.mjs", import.meta.url));
const SPANS = 60 * 500;
const SUM = 60 * 500 * 499 / 2;

interface Case {
  transport: "mapped" | "pipe";
  overflow: "drop" | "block";
  signal: "SIGSTOP" | "SIGKILL";
}

const CASES: readonly Case[] = [
  { transport: "mapped", overflow: "drop", signal: "SIGSTOP" },
  { transport: "mapped", overflow: "block", signal: "SIGSTOP" },
  { transport: "pipe", overflow: "drop", signal: "SIGSTOP" },
  { transport: "pipe", overflow: "drop", signal: "SIGKILL" },
];

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** Whether a process has ended; nobody may have taken note of it yet. */
function hasEnded(pid: number): boolean {
  return processIdentity(pid) === undefined;
}

async function run(
  runtime: RuntimeName,
  { transport, overflow, signal }: Case,
  out: string,
): Promise<{ exitCode: number | null; printed: string }> {
  const options = ["--quiet", "--runtime", runtime, "--no-functions", "--ring-size", "1MiB"];
  const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
  const args = ["run", ...options, "--overflow", overflow, "-o", out, ...flags, PROGRAM, ROOT];
  const [file, ...words] = ferretCommand(args, "deno");
  const child = spawn(file!, words, {
    env: { ...testEnvironment(), FERRET_TRANSPORT: transport },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => printed += text);
  child.stdin.on("error", () => {});
  // Not "exit": a program that outlives ferret writes to the same pipe.
  const closed = once(child, "close");
  try {
    await until(() => printed.includes("\n") || child.exitCode !== null);
    const pid = Number.parseInt(printed);
    // The writer has begun its work: what it finds open when it goes on is a run's.
    await until(() => readdirSync(join(out, "..")).length > 0 || child.exitCode !== null);
    child.kill(signal);
    child.stdin.write("go\n");
    await until(() => hasEnded(pid));
  } finally {
    child.kill("SIGCONT");
  }
  const [exitCode] = await closed as [number | null];
  return { exitCode, printed };
}

describe("A program whose ferret", { concurrency: 2 }, () => {
  for (const runtime of RUNTIMES) {
    for (const one of CASES) {
      const { transport, overflow, signal } = one;
      const what = signal === "SIGSTOP" ? "is suspended" : "is killed";
      test(`${what} goes on and ends on ${runtime}: ${transport}, ${overflow}`, () =>
        withFolder({}, async (folder) => {
          const out = join(folder, "out.duckdb");
          const { exitCode, printed } = await run(runtime, one, out);
          const { sum, stalls } = JSON.parse(printed.split("\n")[1]!);
          assert.equal(sum, SUM);
          // `block` gives up once, and not for every span: that would be each of the 60 turns.
          // A busy machine may be late now and then.
          assert.ok(stalls <= 15, `${stalls} stalls`);
          if (signal === "SIGSTOP") assert.equal(exitCode, 5);
          else assert.equal((await ferret(["recover", out])).exitCode, 0);
          const [books] = await query(
            out,
            `SELECT issued = stored + (SELECT coalesce(sum(count), 0)::BIGINT FROM losses) AS is_closed,
               issued FROM runs`,
          );
          assert.equal(books!["is_closed"], true);
          // What does not come through the pipe, nobody knows of: the user is told so.
          if (transport === "mapped") {
            assert.ok(Number(books!["issued"]) >= SPANS, `${books!["issued"]} issued`);
          }
        }));
    }
  }
});
