/**
 * `--overflow block`: a program that waits for ferret, over either transport,
 * for as long as ferret is there, and again when it has come back.
 *
 * @module
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferretCommand, ROOT, testEnvironment, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];
const TRANSPORTS = ["mapped", "pipe"] as const;
const PROGRAM = fileURLToPath(new URL("fixtures/blocked.mjs", import.meta.url));
/** Some eight times what a ring of 1 MiB holds. */
const SPANS = 40_000;

/** A program under ferret that does what it is told, line by line. */
class BlockedProgram {
  readonly #child;
  #printed = "";

  constructor(runtime: RuntimeName, transport: string, out: string) {
    const options = ["--quiet", "--runtime", runtime, "--no-functions", "--ring-size", "1MiB"];
    const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
    const args = ["run", ...options, "--overflow", "block", "-o", out, ...flags, PROGRAM, ROOT];
    const [file, ...words] = ferretCommand(args, "deno");
    this.#child = spawn(file!, words, {
      env: { ...testEnvironment(), FERRET_TRANSPORT: transport },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => this.#printed += text);
    this.#child.stdin!.on("error", () => {});
  }

  /** Waits for the program's first line. */
  async begun(): Promise<void> {
    await this.#until("\n");
  }

  /** Has it record `count` spans and waits until it has. */
  async record(name: string, count: number): Promise<void> {
    this.#child.stdin!.write(`${name} ${count}\n`);
    await this.#until(`${name} ${count}\n`);
  }

  /** To ferret. */
  signal(name: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(name);
  }

  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null) await once(this.#child, "exit");
    return this.#child.exitCode;
  }

  async #until(text: string): Promise<void> {
    while (!this.#printed.includes(text)) {
      assert.equal(this.#child.exitCode, null, this.#printed);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

describe("A program that waits for room", { concurrency: 2 }, () => {
  for (const runtime of RUNTIMES) {
    for (const transport of TRANSPORTS) {
      test(`loses nothing, and again nothing after ferret was suspended, on ${runtime}: ${transport}`, () =>
        withFolder({}, async (folder) => {
          const out = join(folder, "out.duckdb");
          const program = new BlockedProgram(runtime, transport, out);
          await program.begun();
          await program.record("first", SPANS);
          program.signal("SIGSTOP");
          try {
            await program.record("suspended", SPANS);
          } finally {
            program.signal("SIGCONT");
          }
          // Ferret is back once it has taken something.
          await program.record("flush", 0);
          await program.record("last", SPANS);
          assert.equal(await program.ended(), 0);
          const counts = await query(
            out,
            `SELECT name, count(*) AS n FROM spans WHERE name IN ('first', 'suspended', 'last')
             GROUP BY ALL ORDER BY 1`,
          );
          const [first, last, suspended] = counts;
          assert.deepEqual([first, last], [
            { name: "first", n: SPANS },
            { name: "last", n: SPANS },
          ]);
          // What the ring had room for; the program did not wait for ever.
          assert.ok(Number(suspended!["n"]) < SPANS, `${suspended!["n"]} of ${SPANS}`);
          const [books] = await query(
            out,
            `SELECT issued = stored + (SELECT sum(count)::BIGINT FROM losses) AS is_closed FROM runs`,
          );
          assert.deepEqual(books, { is_closed: true });
        }));
    }
  }
});
