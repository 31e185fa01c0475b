/**
 * Recordings of strangers, made to do harm: a command answers, or refuses them
 * in one line. It reads nothing else, writes nothing, and takes no time.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { checkOutput } from "../../src/store/check_output.ts";
import { ferret } from "../helpers/ferret.ts";
import {
  steppedSpans,
  writeParquetRecording,
  writeRecording,
} from "../helpers/recording_fixture.ts";
import { openTestWriter, TEST_END, testRing } from "../helpers/test_writer.ts";

const RUNS = [
  { run: { runId: "one" }, spans: steppedSpans({ name: "load" }, 300, 997) },
  { run: { runId: "two" }, spans: steppedSpans({ name: "GET /", kind: "server" }, 300, 997) },
];

/** All that reads a recording. */
const COMMANDS = [
  ["report"],
  ["report", "--format", "json"],
  ["report", "--format", "csv"],
  ["report", "--format", "markdown"],
  ["report", "--filter", "load{a=b}"],
  ["check", "--p99", "1s"],
  ["check", "--p99", "1s", "--format", "json", "--span", "manual:*{a=b}"],
  ["runs"],
  ["runs", "--format", "json"],
];

/** Enough where it is about values: the others ask nothing else. */
const FEW = [
  ["report", "--filter", "*"],
  ["check", "--p99", "1s", "--span", "*{a=b}", "--format", "json"],
];

/** Nothing is asked of a stranger's file that takes this long, on whatever machine. */
const LIMIT_MS = 30_000;

/** What a terminal would not show as text. Line ends and tabs are not looked for. */
// deno-lint-ignore no-control-regex
const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/;

let folder: string;
let good: string;
let goodParquet: string;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "ferret-hostile-"));
  good = join(folder, "good.duckdb");
  goodParquet = join(folder, "good");
  await writeRecording(good, RUNS);
  await writeParquetRecording(goodParquet, RUNS);
  writeFileSync(join(folder, "secret.csv"), "name\nTOP SECRET\n");
});

after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs all commands on a recording. @returns Their exit codes, the same ones once. */
async function useAll(path: string, commands = COMMANDS): Promise<number[]> {
  const codes = new Set<number>();
  for (const [command, ...options] of commands) {
    const began = Date.now();
    const { exitCode, stdout, stderr } = await ferret([command!, path, ...options]);
    const what = `${command} ${options.join(" ")}: ${stdout}${stderr}`;
    assert.ok([0, 1, 3, 4].includes(exitCode), what);
    assert.ok(Date.now() - began < LIMIT_MS, what);
    assert.doesNotMatch(stdout + stderr, UNSAFE, what);
    assert.doesNotMatch(stdout + stderr, /TOP SECRET/, what);
    assert.ok(stderr.split("\n").length <= 3, what);
    if (exitCode === 4) assert.match(stderr, /^ferret: Cannot read /, what);
    if (exitCode === 0 && options.includes("json")) JSON.parse(stdout);
    codes.add(exitCode);
  }
  return [...codes].sort();
}

/** A copy of the good recording, changed by SQL. */
async function changed(...statements: string[]): Promise<string> {
  const path = join(mkdtempSync(join(folder, "case-")), "rec.duckdb");
  copyFileSync(good, path);
  await execute(path, statements);
  return path;
}

async function execute(path: string, statements: readonly string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  try {
    for (const statement of statements) await connection.run(statement);
    await connection.run("CHECKPOINT");
  } finally {
    instance.closeSync();
  }
}

/** Puts something else in the place of a table. */
function inPlaceOf(table: string, ...statements: string[]): string[] {
  return [`ALTER TABLE ${table} RENAME TO old`, ...statements];
}

/** What a test needs of a command that makes files of other kinds. */
function makePipe(path: string): void {
  execFileSync("mkfifo", [path]);
}

describe("commands given a hostile DuckDB file", () => {
  const secret = () => `read_csv('${join(folder, "secret.csv")}')`;

  for (const table of ["ferret_meta", "runs", "spans", "histograms"]) {
    it(`query no view in place of "${table}"`, async () => {
      const path = await changed(...inPlaceOf(
        table,
        `CREATE VIEW ${table} AS SELECT old.*, s.name AS stolen FROM ${secret()} s, old`,
      ));
      const isNeeded = table === "runs" || table === "spans";
      assert.deepEqual((await useAll(path, FEW)).includes(4), isNeeded);
    });
  }

  it("take no table of another schema, of no schema and no macro for one of ferret's", async () => {
    const path = await changed(
      "CREATE SCHEMA evil",
      ...inPlaceOf(
        "spans",
        "CREATE TABLE evil.spans AS FROM old",
        `CREATE MACRO spans() AS TABLE SELECT * FROM ${secret()}`,
      ),
    );
    assert.deepEqual(await useAll(path), [4]);
  });

  it("call no macro that stands for a function", async () => {
    const scalar = ["count", "sum", "min", "max", "quantile_disc", "epoch_us", "coalesce", "log2"];
    const path = await changed(
      "CREATE SCHEMA evil",
      ...["main", "evil"].flatMap((schema) => [
        ...scalar.map((name) =>
          `CREATE OR REPLACE MACRO ${schema}.${name}(a, b := 0) AS (SELECT name FROM ${secret()})`
        ),
        `CREATE MACRO ${schema}.duckdb_tables() AS TABLE SELECT * FROM ${secret()}`,
        `CREATE MACRO ${schema}.duckdb_columns() AS TABLE SELECT * FROM ${secret()}`,
      ]),
    );
    assert.deepEqual(await useAll(path), [0, 3]);
    const { stdout } = await ferret(["report", path, "--format", "json"]);
    const { stdout: expected } = await ferret(["report", good, "--format", "json"]);
    assert.equal(stdout, expected);
  });

  it("compute no column", async () => {
    const path = await changed(...inPlaceOf(
      "spans",
      `CREATE TABLE spans (run_id VARCHAR, name VARCHAR, scope VARCHAR, status VARCHAR,
         span_id BIGINT, duration_ns BIGINT AS (sleep_ms(100000000 + span_id % 2)))`,
    ));
    assert.deepEqual(await useAll(path, FEW), [4]);
  });

  it("survive other types in place of columns", async () => {
    for (
      const type of [
        "STRUCT(a INTEGER)",
        "VARCHAR[]",
        "BLOB",
        "ENUM('a', 'b')",
        "JSON",
        "HUGEINT",
        "TIMESTAMPTZ",
      ]
    ) {
      for (const [table, column] of [["spans", "name"], ["spans", "duration_ns"]]) {
        const path = await changed(
          `ALTER TABLE ${table} DROP COLUMN ${column}`,
          `ALTER TABLE ${table} ADD COLUMN ${column} ${type}`,
        );
        await useAll(path, FEW);
      }
    }
  });

  it("survive columns without values, and values beyond reason", async () => {
    const cases = [
      ["UPDATE spans SET run_id = NULL, name = NULL, scope = NULL, status = NULL, duration_ns = NULL"],
      ["CREATE OR REPLACE TABLE runs AS SELECT * REPLACE (NULL AS n, NULL AS command) FROM runs"],
      ["UPDATE runs SET n = 1"],
      ["UPDATE runs SET n = -5"],
      ["ALTER TABLE runs ALTER n TYPE BIGINT", "UPDATE runs SET n = 9223372036854775807"],
      ["UPDATE runs SET run_id = 'same'"],
      ["UPDATE runs SET started_at = 'infinity', ended_at = '-infinity'"],
      ["UPDATE runs SET started_at = '294246-01-01', ended_at = '290000-12-22 (BC)'"],
      ["UPDATE runs SET stored = 9223372036854775807, issued = -1, unfinished = 1e18::BIGINT"],
      ["UPDATE runs SET span_cost_ns = 'nan', sample_ratio = 'inf', max_spans_per_second = 'nan'"],
      ["UPDATE runs SET args = repeat('[', 100000), labels = repeat('{\"a\":', 100000)"],
      ["UPDATE runs SET args = '{\"length\": 1e9}', labels = '[1]', exit_code = -2147483648"],
      ["UPDATE spans SET duration_ns = -duration_ns"],
      ["UPDATE spans SET duration_ns = 9223372036854775807, self_ns = 9223372036854775807"],
      ["UPDATE spans SET duration_ns = -9223372036854775808"],
      ["UPDATE spans SET duration_ns = -5", "DROP TABLE histograms"],
      ["UPDATE spans SET duration_ns = 9223372036854775807", "DROP TABLE histograms"],
      ["ALTER TABLE spans ALTER duration_ns TYPE HUGEINT", "UPDATE spans SET duration_ns = 1e37"],
      ["UPDATE spans SET attributes = repeat('{\"a\":', 100000)"],
      ['UPDATE spans SET attributes = \'{"a": NaN, "a": 1e999}\''],
      ["UPDATE spans SET name = repeat('\u001b]52;c;', 100000), scope = chr(155) || '31m'"],
      ["UPDATE spans SET status = 'other', kind = 'other', process_id = -1, span_id = 0"],
      ["UPDATE histograms SET count = 9223372036854775807"],
      ["UPDATE histograms SET count = -1, sum_ns = -1, min_ns = 9, max_ns = 1"],
      ["UPDATE histograms SET bucket = 2147483647 WHERE bucket % 2 = 0"],
      ["UPDATE histograms SET bucket = -2147483648"],
      ["UPDATE histograms SET min_ns = NULL, max_ns = NULL"],
      ["UPDATE histograms SET self_ns = 9223372036854775807, roots = -1, errors = 1e18::BIGINT"],
      ["INSERT INTO losses BY NAME FROM (SELECT 'two' AS run_id, 'x' AS reason, 9223372036854775807 AS count, 9223372036854775807 AS total_ns FROM range(9))"],
      ["INSERT INTO losses BY NAME SELECT 'two' AS run_id, '__proto__' AS reason, 5 AS count"],
      ["INSERT INTO losses BY NAME SELECT 'two' AS run_id, 'r' || range AS reason, 1 AS count FROM range(20000)"],
      ["INSERT INTO metrics BY NAME SELECT 'two' AS run_id, m AS name, 'inf'::DOUBLE AS value FROM (VALUES ('__proto__'), ('nodejs.eventloop.delay')) t(m)"],
      ["INSERT INTO metrics BY NAME SELECT 'two' AS run_id, m AS name, -1e300 AS value FROM (VALUES ('process.memory.usage'), ('process.cpu.time'), ('__proto__')) t(m)"],
      ["INSERT INTO hooks BY NAME SELECT 'two' AS run_id, repeat('h', 100000) AS name, 'failed' AS state, repeat(chr(27), 100000) AS reason"],
      ["UPDATE ferret_meta SET format_version = NULL", "INSERT INTO ferret_meta VALUES (-1, NULL)"],
      [
        "ALTER TABLE ferret_meta ALTER format_version TYPE BIGINT",
        "UPDATE ferret_meta SET format_version = -9223372036854775808",
      ],
      [
        "INSERT INTO spans SELECT s.* REPLACE ('n' || range AS name) FROM range(3000), (FROM spans LIMIT 1) s",
        "DROP TABLE histograms",
      ],
    ];
    for (const statements of cases) {
      await useAll(await changed(...statements), FEW).catch((error: Error) => {
        error.message = `${statements.join("; ")}\n${error.message}`;
        throw error;
      });
    }
  });

  it("need no more memory for a value that says it is long", async () => {
    const path = await changed(
      "CREATE OR REPLACE TABLE spans AS SELECT * REPLACE (repeat(name, 100000) AS name) FROM spans LIMIT 5",
      "DROP TABLE histograms",
    );
    await useAll(path, FEW);
  });

  it("want no extension and no key", async () => {
    const path = join(mkdtempSync(join(folder, "case-")), "rec.duckdb");
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run("SET force_mbedtls_unsafe = true");
    await connection.run(`ATTACH '${path}' AS e (ENCRYPTION_KEY 'k')`);
    await connection.run("CREATE TABLE e.spans (a INTEGER)");
    instance.closeSync();
    assert.deepEqual(await useAll(path, FEW), [4]);
  });

  it("write nothing, neither beside it nor in the current folder", async () => {
    const path = await changed("CREATE VIEW other AS SELECT 1");
    const before = [readdirSync(join(path, "..")), statSync(path).mtimeMs, readdirSync(".")];
    await useAll(path, FEW);
    assert.deepEqual(
      [readdirSync(join(path, "..")), statSync(path).mtimeMs, readdirSync(".")],
      before,
    );
  });
});

describe("commands given something else", () => {
  it("wait for no pipe or device, and follow links to recordings only", async () => {
    const paths = ["pipe", "sparse", "link", "zero"].map((name) => join(folder, `${name}.duckdb`));
    const [pipe, sparse, link, zero] = paths as [string, string, string, string];
    makePipe(pipe);
    writeFileSync(sparse, "");
    truncateSync(sparse, 2 ** 40);
    symlinkSync("/etc/passwd", link);
    symlinkSync("/dev/zero", zero);
    for (const path of [...paths, "/dev/zero"]) assert.deepEqual(await useAll(path, FEW), [4]);
  });
});

describe("commands given a hostile folder", () => {
  function folderWith(change: (folder: string) => void): string {
    const path = join(mkdtempSync(join(folder, "case-")), "rec.parquet");
    cpSync(goodParquet, path, { recursive: true });
    change(path);
    return path;
  }

  it("read files of the runs and nothing else", async () => {
    const outside = join(folder, "outside");
    cpSync(join(goodParquet, "one"), outside, { recursive: true });
    const cases: ((path: string) => void)[] = [
      (path) => makePipe(join(path, "two", "spans-000009.parquet")),
      (path) => {
        rmSync(join(path, "two", "runs.parquet"));
        mkdirSync(join(path, "two", "runs.parquet"));
      },
      (path) => symlinkSync(outside, join(path, "three")),
      // A pattern that fits the link.
      (path) => {
        symlinkSync(outside, join(path, "three"));
        cpSync(join(path, "two"), join(path, "*"), { recursive: true });
      },
      (path) => writeFileSync(join(path, "two", "complete.json"), '{"files":["/etc/passwd"]}'),
    ];
    for (const change of cases) {
      const path = folderWith(change);
      const { exitCode, stdout } = await ferret(["runs", path, "--format", "json"]);
      assert.equal(exitCode, 0);
      assert.ok((JSON.parse(stdout).runs as unknown[]).length <= 2, stdout);
      assert.ok(!(await useAll(path, FEW)).includes(4));
    }
    const renamed = folderWith((path) => renameSync(join(path, "two"), join(path, "run_id=x")));
    assert.ok(!(await useAll(renamed, FEW)).includes(4));
  });

  it("believe no partial", async () => {
    const state = {
      run: { runId: "bad", args: [], startedAtNs: 1, labels: {} },
      ownerPid: 2 ** 30,
      ownerStart: 1,
      rings: [] as unknown[],
    };
    const victim = join(folder, "victim");
    writeFileSync(victim, "untouched");
    const ring = { ...state, rings: [{ path: victim, bytes: 9 }] };
    const other = { ...state, run: { ...state.run, runId: "../../../bad" } };
    const manifest = { batch: "../../one/x", rows: { spans: 1 }, strings: [], progress: [] };
    const cases: Record<string, unknown>[] = [
      { "partial.json": undefined },
      { "partial.json": ring },
      { "partial.json": other },
      { "partial.json": { ...state, rings: "none" } },
      { "partial.json": state, "batch-000001.json": manifest },
      { "partial.json": state, "batch-000001.json": undefined },
      { "complete.json": undefined },
      { "complete.json": { files: [victim] } },
    ];
    for (const files of cases) {
      const path = folderWith((path) => {
        const partial = join(path, ".partial-bad");
        mkdirSync(partial);
        for (const [name, value] of Object.entries(files)) {
          if (value === undefined) makePipe(join(partial, name));
          else writeFileSync(join(partial, name), JSON.stringify(value));
        }
      });
      const { exitCode, stdout, stderr } = await ferret(["recover", path]);
      assert.equal(exitCode, 4, JSON.stringify(files) + stdout + stderr);
      assert.doesNotMatch(stdout + stderr, UNSAFE);
      assert.deepEqual(readdirSync(path).sort(), [".partial-bad", "one", "two"]);
      assert.equal(readFileSync(victim, "utf8"), "untouched");
    }
  });
});

describe("a run that is to join a hostile recording", () => {
  async function joinInto(...statements: string[]): Promise<{ out: string; refusal: unknown }> {
    const out = await changed(...statements);
    const refusal = await checkOutput(out).then(() => undefined, (error: unknown) => error);
    const ring = testRing();
    const writer = await openTestWriter(out, [ring]);
    ring.producer.span({ name: "new" });
    const { joined, partialPath } = await writer.finish(TEST_END);
    assert.equal(joined, refusal === undefined);
    assert.equal(existsSync(partialPath ?? out), true);
    return { out, refusal };
  }

  it("joins it beside views and macros, and calls none of them", async () => {
    const stolen = `(SELECT name FROM read_csv('${join(folder, "secret.csv")}'))`;
    const { out, refusal } = await joinInto(
      ...["max", "coalesce", "count"].map((name) =>
        `CREATE OR REPLACE MACRO ${name}(a, b := 0) AS ${stolen}`
      ),
      "CREATE MACRO duckdb_tables() AS TABLE SELECT 1 AS table_name",
      "CREATE VIEW mine AS FROM spans",
      "CREATE TABLE notes (text VARCHAR DEFAULT 'x')",
    );
    assert.equal(refusal, undefined);
    const { stdout } = await ferret(["runs", out, "--format", "json"]);
    assert.deepEqual((JSON.parse(stdout).runs as { n: number }[]).map(({ n }) => n), [1, 2, 3]);
  });

  it("is refused by it when something in its tables would be computed", async () => {
    for (
      const statements of [
        ["ALTER TABLE spans ALTER name SET DEFAULT 'x'"],
        ["ALTER TABLE runs ALTER run_id SET NOT NULL"],
        inPlaceOf("runs", "CREATE VIEW runs AS FROM old"),
      ]
    ) {
      const { out, refusal } = await joinInto(...statements);
      assert.equal((refusal as { code?: string }).code, "E_OUTPUT_FOREIGN");
      assert.doesNotMatch(String(refusal), /\n/);
      assert.equal(existsSync(`${out}.wal`), false);
    }
  });
});
