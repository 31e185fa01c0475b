/**
 * Runs a program that uses a database's client, with and without the recorder,
 * and looks at what was recorded. Programs use the word `Secret` and the key
 * `user:42` wherever nothing may be recorded.
 *
 * @module
 */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { databaseSpans, linesOf } from "../helpers/database_spans.ts";
import { runRecorded } from "../helpers/recorded_program.ts";
import { installPackages } from "../programs/installed.ts";

export interface ClientTest {
  /** File in the folder `apps`, without its ending. */
  program: string;
  /** Default: all. */
  runtimes?: RuntimeName[];
  /** What the program is started with. Called when the servers have started. */
  args: () => string[];
  /** One line for each span of its operations, see `linesOf`; by parent and then in order. */
  expected: string[];
  /** Attributes that all of these spans have. */
  attributes?: () => Record<string, unknown>;
  /** Lines that may be there or not: who has to wait for a connection is chance. */
  chance?: RegExp;
  /** Texts of queries among those that are recorded. */
  texts?: string[];
}

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** The programs, copied to where they find their packages. */
let apps = "";
before(async () => {
  apps = mkdtempSync(join(await installPackages(HERE), "apps-"));
  cpSync(join(HERE, "apps"), apps, { recursive: true });
});
after(() => rmSync(apps, { recursive: true, force: true }));

/** Defines a test for each runtime. */
export function testClient(options: ClientTest): void {
  const { program, runtimes = ["deno", "bun", "node"] } = options;
  for (const runtime of runtimes) {
    test(`${program} on ${runtime} records its operations and is not changed by it`, async () => {
      const file = { file: join(apps, `${program}.mjs`) };
      const args = options.args();
      const plain = await runRecorded(runtime, file, { plain: true, args });
      const { exitCode, stdout, stderr, spans } = await runRecorded(
        runtime,
        file,
        { args },
      );
      assert.equal(plain.exitCode, 0, plain.stderr);
      assert.deepEqual({ exitCode, stdout, stderr }, {
        exitCode: plain.exitCode,
        stdout: plain.stdout,
        stderr: plain.stderr,
      });
      const operations = databaseSpans(spans);
      const lines = linesOf(operations).filter((line) => options.chance?.test(line) !== true);
      assert.deepEqual(lines, options.expected);
      for (const { kind, attributes } of operations) {
        assert.equal(kind, "client");
        for (
          const [key, value] of Object.entries(options.attributes?.() ?? {})
        ) {
          assert.equal(
            attributes[key],
            value,
            `${key} of ${JSON.stringify(attributes)}`,
          );
        }
      }
      const texts = operations.map(({ attributes }) => attributes["db.query.text"]);
      for (const text of options.texts ?? []) {
        assert.ok(texts.includes(text), texts.join("\n"));
      }
      assert.doesNotMatch(JSON.stringify(operations), /Secret|user:42/);
    });
  }
}
