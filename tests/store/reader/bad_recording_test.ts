import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { after, before, describe, it } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { RecordingError } from "../../../src/model/recording_error.ts";
import type { SpanReader } from "../../../src/model/span_reader.ts";
import { openRecording } from "../../../src/store/reader/open.ts";
import {
  steppedSpans,
  writeParquetRecording,
  writeRecording,
} from "../../helpers/recording_fixture.ts";

const LOAD = { name: "load", scope: "manual" };
const RUNS = [{ run: { runId: "r" }, spans: steppedSpans({ name: "load" }, 20_000, 997) }];

let folder: string;
/** A good recording; tests damage copies of it. */
let good: Uint8Array;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ferret-bad-"));
  await writeRecording(join(folder, "good.duckdb"), RUNS);
  good = new Uint8Array(await readFile(join(folder, "good.duckdb")));
});

after(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Reads everything that any command reads. */
async function readAll(path: string): Promise<number> {
  let reader: SpanReader | undefined;
  try {
    reader = await openRecording(path);
    await reader.losses();
    const spans = reader.spans();
    const [row] = await spans.totals();
    const ranks = [1, 5000, 15_000, 19_999].filter((rank) => rank <= row!.count);
    await spans.valuesAt([{ keys: [LOAD], ranks }]);
    await reader.spans({ measure: "self" }).totals();
    return row!.count;
  } finally {
    reader?.close();
  }
}

async function assertRefused(path: string, code: string, message: RegExp): Promise<void> {
  await assert.rejects(readAll(path), (error) => {
    assert.ok(error instanceof RecordingError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
    return true;
  });
}

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

/** A database that a test fills with SQL. */
async function database(name: string, ...statements: string[]): Promise<string> {
  const path = join(folder, name);
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  await connection.run("CHECKPOINT");
  instance.closeSync();
  return path;
}

/** A copy of the good recording that a test changes with SQL. */
async function changed(name: string, ...statements: string[]): Promise<string> {
  await file(name, good);
  return await database(name, ...statements);
}

describe("openRecording() of what is no recording", () => {
  it("says that there is none", async () => {
    const code = "E_RECORDING_NOT_FOUND";
    await assertRefused(join(folder, "none.duckdb"), code, /there is no such file/);
    await assertRefused(join(folder, "good.duckdb", "x"), code, /there is no such file/);
  });

  it("says that a file or a folder is empty", async () => {
    await assertRefused(await file("empty.duckdb", ""), "E_RECORDING_EMPTY", /the file is empty/);
    await mkdir(join(folder, "empty"));
    await assertRefused(join(folder, "empty"), "E_RECORDING_EMPTY", /holds no recorded run/);
  });

  it("says that a file is not DuckDB", async () => {
    const code = "E_RECORDING_FOREIGN";
    for (
      const [name, content] of [
        ["short", "hello"],
        ["text", "hello world\n".repeat(1000)],
        ["sqlite", "SQLite format 3\0" + "\0".repeat(8000)],
        ["parquet", "PAR1" + "\0".repeat(8000) + "PAR1"],
      ] as const
    ) await assertRefused(await file(name, content), code, /it is not a DuckDB database/);
  });

  it("says that a database has none of ferret's tables", async () => {
    const code = "E_RECORDING_TABLES";
    const path = await database("other.duckdb", "CREATE TABLE t AS SELECT 1 AS a");
    await assertRefused(path, code, /it has no table "runs"/);
    const wrong = await changed("wrong.duckdb", "ALTER TABLE spans DROP COLUMN scope");
    await assertRefused(wrong, code, /its table "spans" has no column "scope"/);
    const typed = await changed("typed.duckdb", "ALTER TABLE spans ALTER status TYPE BLOB");
    await assertRefused(typed, code, /column "status" of "spans" is BLOB, not VARCHAR/);
  });

  it("says that no run of it was finished", async () => {
    const path = await changed("norun.duckdb", "DELETE FROM runs");
    await assertRefused(path, "E_RECORDING_EMPTY", /it holds no finished run/);
  });

  it("says that a newer ferret wrote it", async () => {
    const path = await changed("newer.duckdb", "UPDATE ferret_meta SET format_version = 99");
    await assertRefused(path, "E_RECORDING_NEWER", /a newer ferret wrote it \(format 99/);
  });

  it("does not wait for a pipe", async () => {
    const path = join(folder, "pipe");
    const [code] = await once(spawn("mkfifo", [path]), "exit");
    assert.equal(code, 0);
    await assertRefused(path, "E_RECORDING_NOT_READABLE", /it is not a file/);
    await assertRefused("/dev/null", "E_RECORDING_NOT_READABLE", /it is not a file/);
  });

  it("follows a link to a recording, and says when it leads to itself", async () => {
    const link = join(folder, "link.duckdb");
    await symlink(join(folder, "good.duckdb"), link);
    assert.equal(await readAll(link), 20_000);
    const loop = join(folder, "loop.duckdb");
    await symlink(loop, loop);
    await assertRefused(loop, "E_RECORDING_NOT_READABLE", /it is a link to itself/);
  });
});

describe("openRecording() of a damaged recording", () => {
  it("says that the end is missing", async () => {
    for (const bytes of [4096, 12_288, good.length / 2, good.length - 4096]) {
      const path = await file(`cut-${bytes}.duckdb`, good.subarray(0, bytes));
      await assertRefused(path, "E_RECORDING_TRUNCATED", /its end is missing/);
    }
  });

  it("says that a part is damaged, wherever it is", async () => {
    let refused = 0;
    for (let at = 4096 + 100; at < good.length; at += 300_000) {
      const bytes = good.slice();
      bytes[at]! ^= 0xff;
      const path = await file("flipped.duckdb", bytes);
      try {
        assert.equal(await readAll(path), 20_000);
      } catch (error) {
        // Blocks that are free or that nobody asks for are not looked at.
        assert.equal((error as RecordingError).code, "E_RECORDING_CORRUPT", String(error));
        assert.match(String(error), /a part of it is damaged/);
        refused++;
      }
    }
    assert.ok(refused > 0);
  });

  it("says that the log beside it is damaged", async () => {
    const path = await file("wal.duckdb", good);
    const instance = await DuckDBInstance.create(path);
    const connection = await instance.connect();
    await connection.run("PRAGMA disable_checkpoint_on_shutdown");
    await connection.run("SET checkpoint_threshold = '1GB'");
    await connection.run(
      "INSERT INTO losses BY NAME SELECT 'r' AS run_id, 1 AS count FROM range(5000)",
    );
    instance.closeSync();
    const wal = await readFile(`${path}.wal`);
    wal[wal.length >> 1]! ^= 0xff;
    await writeFile(`${path}.wal`, wal);
    await assertRefused(
      path,
      "E_RECORDING_CORRUPT",
      /log of changes beside it \(\.wal\) is damaged/,
    );
  });

  it("says that another process is writing to it", async () => {
    const path = await file("locked.duckdb", good);
    const script = join(folder, "writer.mjs");
    const duckdb = import.meta.resolve("@duckdb/node-api");
    await writeFile(
      script,
      `import { DuckDBInstance } from ${JSON.stringify(duckdb)};
       const instance = await DuckDBInstance.create(process.argv[2]);
       console.log("open");
       process.stdin.on("data", () => {}).on("end", () => instance.closeSync());`,
    );
    const flags = process.versions["deno"] === undefined
      ? []
      : ["run", "-A", "--node-modules-dir=manual"];
    const writer = spawn(process.execPath, [...flags, script, path], {
      cwd: new URL("../../../", import.meta.url),
      stdio: ["pipe", "pipe", "inherit"],
    });
    const ended = once(writer, "exit");
    try {
      await Promise.race([once(writer.stdout, "data"), ended]);
      await assertRefused(path, "E_RECORDING_LOCKED", /another program is writing to it/);
    } finally {
      writer.stdin.end();
      await ended;
    }
    assert.equal(await readAll(path), 20_000);
  });

  it("says what is wrong with Parquet files", async () => {
    const runs = join(folder, "parquet");
    const cases: [string, (bytes: Uint8Array) => Uint8Array, string, RegExp][] = [
      ["spans.parquet", () => new Uint8Array(), "E_RECORDING_TRUNCATED", /a part of it is cut off/],
      [
        "spans.parquet",
        (all) => all.subarray(0, all.length / 2),
        "E_RECORDING_TRUNCATED",
        /missing/,
      ],
      ["runs.parquet", () => new Uint8Array(100), "E_RECORDING_TRUNCATED", /its end is missing/],
    ];
    for (const [name, damage, code, message] of cases) {
      await rm(runs, { recursive: true, force: true });
      await writeParquetRecording(runs, RUNS);
      const path = join(runs, "r", name);
      await writeFile(path, damage(await readFile(path)));
      await assertRefused(runs, code, message);
    }
    await rm(join(runs, "r", "spans.parquet"));
    await writeParquetRecording(runs, RUNS);
    await rm(join(runs, "r", "spans.parquet"));
    await assertRefused(runs, "E_RECORDING_TABLES", /it has no table "spans"/);
  });
});

describe("openRecording() of a hostile recording", () => {
  it("reads no view in place of a table", async () => {
    const secret = await file("secret.csv", "name\nsecret\n");
    const path = await changed(
      "view.duckdb",
      "ALTER TABLE spans RENAME TO other",
      `CREATE VIEW spans AS SELECT 'r' AS run_id, name, 'manual' AS scope, 1 AS duration_ns,
         'ok' AS status FROM read_csv('${secret}')`,
    );
    await assertRefused(path, "E_RECORDING_TABLES", /it has no table "spans"/);
  });

  it("calls no macro of the recording", async () => {
    const names = ["quantile_disc", "count", "sum", "min", "max", "coalesce", "floor", "log2"];
    const path = await changed(
      "macro.duckdb",
      ...["read_parquet", "duckdb_tables", "json_valid", "epoch_us"].map((name) =>
        `CREATE MACRO ${name}(a) AS 42`
      ),
      ...names.map((name) => `CREATE OR REPLACE MACRO ${name}(a, b := 0) AS 42`),
    );
    const reader = await openRecording(path);
    const [row] = await reader.spans().totals();
    assert.equal(row!.count, 20_000);
    assert.equal(row!.maxNs, 20_000 * 997);
    const [values] = await reader.spans().valuesAt([{ keys: [LOAD], ranks: [19_800] }]);
    assert.deepEqual(values, [19_800 * 997]);
    reader.close();
  });

  it("survives names and ids made to break SQL", async () => {
    const path = join(folder, "names.duckdb");
    const names = [
      "x'; DROP TABLE spans; --",
      '"',
      "\\",
      "a\nb",
      "\u0000",
      "\u202e",
      "",
      "💣".repeat(999),
    ];
    const runId = "r'; DROP TABLE runs; --";
    await writeRecording(path, [{
      run: { runId: "plain", labels: { "a'b": "c" } },
      spans: names.map((name, i) => ({ name, durationNs: 100 + i })),
    }]);
    await database(
      "names.duckdb",
      ...["runs", "spans", "histograms"].map((table) =>
        `UPDATE ${table} SET run_id = '${runId.replaceAll("'", "''")}'`
      ),
    );
    const reader = await openRecording(path);
    assert.equal(reader.run.runId, runId);
    const totals = await reader.spans().totals();
    assert.deepEqual(totals.map(({ name }) => name).sort(), names.toSorted());
    const values = await reader.spans().valuesAt(
      totals.map((key) => ({ keys: [key], ranks: [1] })),
    );
    assert.deepEqual(values.map(([value]) => value), totals.map(({ totalNs }) => totalNs));
    reader.close();
  });

  it("reads no files that a Parquet folder links to", async () => {
    const [mine, theirs] = [join(folder, "mine"), join(folder, "theirs")];
    await writeParquetRecording(mine, RUNS);
    await writeParquetRecording(theirs, RUNS);
    await rm(join(theirs, "r", "spans.parquet"));
    await symlink(join(mine, "r", "spans.parquet"), join(theirs, "r", "spans.parquet"));
    await assertRefused(theirs, "E_RECORDING_TABLES", /it has no table "spans"/);
    await rm(join(theirs, "r"), { recursive: true });
    await symlink(join(mine, "r"), join(theirs, "r"));
    await assertRefused(theirs, "E_RECORDING_EMPTY", /holds no recorded run/);
  });

  it("takes nothing but names from the files of a Parquet folder", async () => {
    const strange = join(folder, "it's [1] *");
    await writeParquetRecording(strange, RUNS);
    assert.equal(await readAll(strange), 20_000);
  });

  it("writes nothing, not even beside the recording", async () => {
    const own = await mkdtemp(join(folder, "own-"));
    const path = join(own, "rec.duckdb");
    await writeFile(path, good);
    await readAll(path);
    assert.deepEqual(await readdir(own), ["rec.duckdb"]);
    assert.deepEqual(new Uint8Array(await readFile(path)), new Uint8Array(good));
  });
});
