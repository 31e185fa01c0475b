/** `ferret query`: SQL over a recording, and nothing else that SQL can do. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { main } from "../../cli/main.ts";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

async function withRecording(
  use: (query: (...args: string[]) => ReturnType<typeof ferret>, folder: string) => Promise<void>,
): Promise<void> {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "two.duckdb");
    await writeRecording(recording, [
      {
        spans: [{ name: "a", durationNs: 1 }, { name: "=b|", durationNs: 2 }],
        run: { runId: "one" },
      },
      { spans: [{ name: "c\x1b[2J", durationNs: 2 ** 53 + 2 }], run: { runId: "two" } },
    ]);
    await use((sql, ...args) => ferret(["query", sql!, recording, ...args]), folder);
  });
}

test("query prints tables, JSON, CSV and Markdown", () =>
  withRecording(async (query) => {
    const sql =
      "SELECT name, duration_ns AS ns, [1, 2] AS list, NULL AS nothing FROM spans ORDER BY ns";
    assert.equal(
      (await query(sql)).stdout,
      [
        "name                    ns  list   nothing",
        "a                        1  [1,2]     NULL",
        "=b|                      2  [1,2]     NULL",
        "c\\x1b[2J  9007199254740994  [1,2]     NULL",
        "",
      ].join("\n"),
    );
    assert.deepEqual(JSON.parse((await query(sql, "--format", "json")).stdout), [
      { name: "a", ns: 1, list: [1, 2], nothing: null },
      { name: "=b|", ns: 2, list: [1, 2], nothing: null },
      { name: "c\x1b[2J", ns: "9007199254740994", list: [1, 2], nothing: null },
    ]);
    const csv = (await query(sql, "--format", "csv")).stdout.split("\r\n");
    assert.equal(csv[0], "name,ns,list,nothing");
    assert.equal(csv[1], 'a,1,"[1,2]",');
    assert.match(csv[2]!, /^'=b\|,2,/);
    const markdown = (await query(sql, "--format", "markdown")).stdout;
    assert.match(markdown, /\n\| =b\\\| \| 2 \|/);
    assert.deepEqual(
      JSON.parse((await query("FROM spans LIMIT 0", "--format", "json")).stdout),
      [],
    );
  }));

test("query reads all runs, or the one that is named", () =>
  withRecording(async (query) => {
    const count = async (...args: string[]) =>
      JSON.parse(
        (await query("SELECT count(*) AS n FROM spans", "--format", "json", ...args)).stdout,
      );
    assert.deepEqual(await count(), [{ n: 3 }]);
    assert.deepEqual(await count("--run", "1"), [{ n: 2 }]);
    assert.deepEqual(await count("--run", "two"), [{ n: 1 }]);
    assert.equal((await query("FROM runs", "--run", "3")).exitCode, 4);
  }));

test("query reaches nothing but the recording, and changes nothing", () =>
  withRecording(async (query, folder) => {
    const target = join(folder, "stolen.csv");
    const refused: [string, RegExp][] = [
      [`COPY spans TO '${target}'`, /^ferret: Cannot query: .*disabled by configuration\n/],
      ["FROM read_csv('/etc/passwd')", /disabled by configuration/],
      [`ATTACH '${folder}/other.duckdb'`, /disabled by configuration/],
      ["SET enable_external_access = true", /Cannot query: /],
      ["DELETE FROM recording.main.spans", /read-only/],
      ["SELECT nothing FROM run", /Table with name run does not exist!\nDid you mean "runs"\?\n$/],
      ["SELECT nam FROM spans", /"nam" not found in FROM clause!\nCandidate bindings: .*"name"/],
      ["SELEC 1", /^ferret: Cannot query: Parser Error: .*\nLINE 1: SELEC 1\n$/],
      [" ", /Cannot query: expected SQL/],
    ];
    for (const [sql, message] of refused) {
      const { exitCode, stderr, stdout } = await query(sql);
      assert.equal(exitCode, 2, sql);
      assert.match(stderr, message);
      assert.equal(stdout, "");
    }
    assert.equal(existsSync(target), false);
  }));

test("query shows values of every type", () =>
  withRecording(async (query) => {
    const sql = `SELECT [1, 9007199254740993] AS list, {'a': 1::BIGINT, 'b': NULL} AS struct,
      MAP {'k': 1::BIGINT} AS map, INTERVAL '1 day 2 hours' AS span, 1.50::DECIMAL(10, 2) AS price,
      TIMESTAMP '2026-01-02 03:04:05' AS at, '\\xAA'::BLOB AS bytes, 1 AS a, 2 AS a`;
    const [row] = JSON.parse((await query(sql, "--format", "json")).stdout);
    assert.deepEqual(row, {
      list: [1, "9007199254740993"],
      struct: { a: 1, b: null },
      map: { k: 1 },
      span: "1 day 02:00:00",
      price: 1.5,
      at: "2026-01-02 03:04:05",
      bytes: "\\xAA",
      a: 1,
      "a:1": 2,
    });
    const { stdout } = await query(sql);
    assert.match(
      stdout,
      /\{"a":1,"b":null\} +\{"k":1\} +1 day 02:00:00 +1\.5 +2026-01-02 03:04:05/,
    );
  }));

test("query reads stdin, and writes rows below each other in a terminal that is too narrow", () =>
  withFolder({}, async (folder) => {
    const recording = join(folder, "one.duckdb");
    await writeRecording(recording, [{ spans: [{ name: "n".repeat(100), durationNs: 7 }] }]);
    const sql = "SELECT name, duration_ns, 'x\x1b[2J' AS hostile FROM spans";
    const ask = (columns: number) => ferret(["query", "-", recording], { columns, stdin: sql });
    const narrow = await ask(40);
    assert.equal(
      narrow.stdout,
      `row 1\nname         ${"n".repeat(13)}…${
        "n".repeat(13)
      }\nduration_ns  7\nhostile      x\\x1b[2J\n`,
    );
    assert.match((await ask(200)).stdout, /^name +duration_ns +hostile\nn{100} +7 +x/);
  }));

test("query says so when recording and query are swapped", () =>
  withRecording(async (_query, folder) => {
    const result = await ferret(["query", join(folder, "two.duckdb"), "FROM runs"]);
    assert.equal(result.exitCode, 2);
    assert.match(result.stderr, /two\.duckdb" is a file and no SQL\nThe query comes first: ferret/);
  }));

test("query reads no more than it shows, and stops when nobody reads", () =>
  withRecording(async (query, folder) => {
    // More than could be read while the test waits.
    const endless = "SELECT range AS n FROM range(1000000000000)";
    const table = await query(endless);
    assert.equal(table.stdout.split("\n").length, 10_002);
    assert.equal(
      table.stderr,
      "ferret: the first 10,000 rows are shown (--format csv or json has them all)\n",
    );
    const whole = await query("SELECT range AS n FROM range(10000)");
    assert.equal(whole.stderr, "");
    let isUnread = false;
    const exitCode = await main(["query", endless, join(folder, "two.duckdb"), "--format", "csv"], {
      out: () => void (isUnread = true),
      err: () => {},
      isUnread: () => isUnread,
    });
    assert.equal(exitCode, 0);
  }));
