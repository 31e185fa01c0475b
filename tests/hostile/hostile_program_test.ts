/**
 * A program whose names, attributes, errors and files are made to do harm: it
 * runs as without ferret, what it says is stored as data, and every command
 * shows it as text.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferret } from "../helpers/ferret.ts";
import { ferretCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

const PROGRAM = fileURLToPath(new URL("fixtures/program/main.mjs", import.meta.url));
const SCRIPT = "=a\n<b>|`x`\u001b[31m\u202e.mjs";

/** Names that are computed. `node <this file> 100000` tries more. */
const DISTINCT = Number(process.argv[2] ?? 0) || 6_000;

/** All that a terminal would not show as text, but for the ends of lines. */
const UNSAFE =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Surrogate}/u;

const COMMANDS = [
  ["report"],
  ["report", "--format", "json"],
  ["report", "--format", "csv"],
  ["report", "--format", "markdown"],
  ["report", "--filter", "no\u001b[31msuch\u202e*"],
  ["check", "--p99", "1h", "--span", "*x*"],
  ["check", "--p99", "1h", "--span", "*x*", "--format", "json"],
  ["runs"],
  ["runs", "--format", "json"],
  ["runs", "--format", "csv"],
  ["runs", "--format", "markdown"],
  ["recover"],
];

for (const runtime of ["deno", "bun", "node"] satisfies RuntimeName[]) {
  test(`what a hostile program says does no harm (${runtime})`, () =>
    withFolder({}, async (folder) => {
      await writeFile(join(folder, SCRIPT), await readFile(PROGRAM));
      const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
      const args = [pathToFileURL(join(ROOT, "mod.ts")).href, String(DISTINCT), "=1+1\u001b[2J"];
      const command = [runtime, ...runtime === "deno" ? ["run", ...flags] : []];
      const plain = await runProcess([...command, `./${SCRIPT}`, ...args], { cwd: folder });
      const options = [
        "-o",
        "out.duckdb",
        "--runtime",
        runtime,
        "--label",
        "\u001b]0;a=\u001b[31m",
      ];
      const recorded = await runProcess(
        ferretCommand(["run", ...options, ...flags, `./${SCRIPT}`, ...args], "deno"),
        { cwd: folder },
      );
      assert.equal(plain.exitCode, 0, plain.stderr);
      assert.deepEqual([recorded.exitCode, recorded.stdout], [plain.exitCode, plain.stdout]);
      assert.match(recorded.stderr, /nothing lost/);
      assert.doesNotMatch(recorded.stderr, UNSAFE);

      const out = join(folder, "out.duckdb");
      await assertStoredAsData(out);
      // What was stored is the same: one of them is enough.
      const commands = runtime === "node" ? COMMANDS : COMMANDS.slice(0, 1);
      for (const [name, ...rest] of commands) await assertShownAsText([name!, out, ...rest]);
    }));
}

async function assertStoredAsData(out: string): Promise<void> {
  const rows = await query(
    out,
    `SELECT count(*) AS n, count_if(NOT json_valid(attributes)) AS broken,
       max(length(name)) AS name_chars, max(length(attributes)) AS attribute_chars FROM spans`,
  );
  const { n, broken, name_chars: nameChars, attribute_chars: attributeChars } = rows[0]!;
  assert.ok(Number(n) > DISTINCT);
  assert.equal(broken, 0);
  // 10 MB of text were given for each.
  assert.ok(Number(nameChars) < 2 ** 16 && Number(attributeChars) < 2 ** 20, JSON.stringify(rows));
  const names = (await query(out, "SELECT DISTINCT name FROM spans")).map(({ name }) => name);
  const given = ["'; DROP TABLE spans; --", "\u001b[2J\u001b[31mred", "__proto__", "nul\u0000nul"];
  for (const name of given) assert.ok(names.includes(name), name);
  const lost = await query(out, "SELECT issued - stored AS n FROM runs");
  assert.equal(lost[0]!["n"], 0);
}

async function assertShownAsText(args: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await ferret(args);
  const what = `${args.join(" ")}: ${stderr}`;
  assert.ok([0, 1, 3].includes(exitCode), what);
  assert.doesNotMatch((stdout + stderr).replaceAll("\r\n", "\n"), UNSAFE, what);
  if (args.includes("json")) assert.equal(typeof JSON.parse(stdout), "object");
  if (args.includes("csv")) {
    for (const cell of cellsOf(stdout)) assert.doesNotMatch(cell, /^\s*[=+\-@＝＋－＠]/, what);
  }
  if (args.includes("markdown")) {
    const rows = stdout.split("\n").filter((line) => line.startsWith("|"));
    const widths = rows.map((row) => row.replaceAll(/\\./g, "").split("|").length);
    assert.equal(new Set(widths).size, 1, what);
    assert.doesNotMatch(stdout, /(?<!\\)<|(?<!\\)\]\(/);
  }
}

/** Wherever somebody's spreadsheet ends a cell. */
function cellsOf(csv: string): string[] {
  return csv.match(/"(?:[^"]|"")*"|[^",;\t\r\n]+/g)!.map((cell) => cell.replace(/^"/, ""))
    // A number that is below zero is a number.
    .filter((cell) => !/^-\d+(\.\d+)?$/.test(cell));
}
