import assert from "node:assert/strict";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { checkOutput } from "../../src/store/check_output.ts";
import { OutputError } from "../../src/store/output_error.ts";
import { createRecording, FORMAT_VERSION } from "../../src/store/schema.ts";
import { withFolder } from "../helpers/processes.ts";
import { openTestWriter, TEST_END, testRing } from "../helpers/test_writer.ts";

async function codeOf(path: string): Promise<string> {
  try {
    await checkOutput(path);
    return "fine";
  } catch (error) {
    assert.ok(error instanceof OutputError, String(error));
    assert.match(error.message, /^Cannot record to "[^\n]*": [^\n]*[^.]$/);
    return error.code;
  }
}

async function createDatabase(path: string, statements: string[]): Promise<void> {
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}

test("checkOutput() takes a path that is free or a recording", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    assert.equal(await codeOf(out), "fine");
    await (await openTestWriter(out, [testRing()])).finish(TEST_END);
    assert.equal(await codeOf(out), "fine");
    assert.equal(await codeOf(join(folder, "parquet/")), "fine");
    mkdirSync(join(folder, "parquet"));
    assert.equal(await codeOf(join(folder, "parquet/")), "fine");
  }));

test("checkOutput() refuses what is not a recording, and leaves it as it is", () =>
  withFolder({ "notes.txt": "remember the milk", empty: "" }, async (folder) => {
    assert.equal(await codeOf(folder), "E_OUTPUT_KIND");
    assert.equal(await codeOf(join(folder, "notes.txt")), "E_OUTPUT_FOREIGN");
    assert.equal(await codeOf(join(folder, "notes.txt/")), "E_OUTPUT_KIND");
    assert.equal(await codeOf(join(folder, "empty")), "E_OUTPUT_FOREIGN");
    const foreign = join(folder, "foreign.duckdb");
    await createDatabase(foreign, ["CREATE TABLE invoices (id INTEGER)"]);
    assert.equal(await codeOf(foreign), "E_OUTPUT_FOREIGN");
    const disguised = join(folder, "view.duckdb");
    await createDatabase(disguised, [
      "CREATE VIEW ferret_meta AS SELECT 1 AS format_version",
      "CREATE VIEW runs AS SELECT 1",
      "CREATE VIEW spans AS SELECT 1",
    ]);
    assert.equal(await codeOf(disguised), "E_OUTPUT_FOREIGN");
  }));

test("checkOutput() refuses a recording from a newer ferret, and takes one of this format", () =>
  withFolder({}, async (folder) => {
    for (
      const [version, code] of [[FORMAT_VERSION, "fine"], [FORMAT_VERSION + 1, "E_OUTPUT_NEWER"]]
    ) {
      const out = join(folder, `${version}.duckdb`);
      await createDatabase(out, [
        ...createRecording(),
        `INSERT INTO ferret_meta VALUES (${version}, '9.9.9')`,
      ]);
      assert.equal(await codeOf(out), code);
    }
  }));

test("checkOutput() refuses a folder that is absent or not one", () =>
  withFolder({ file: "" }, async (folder) => {
    assert.equal(await codeOf(join(folder, "absent", "out.duckdb")), "E_OUTPUT_FOLDER");
    assert.equal(await codeOf(join(folder, "file", "out.duckdb")), "E_OUTPUT_FOLDER");
    assert.equal(await codeOf(join(folder, "absent", "out/")), "E_OUTPUT_FOLDER");
  }));

// Root may write everywhere.
if (process.getuid?.() !== 0) {
  test("checkOutput() refuses a folder that is not writable", () =>
    withFolder({}, async (folder) => {
      const locked = join(folder, "locked");
      mkdirSync(locked);
      chmodSync(locked, 0o500);
      assert.equal(await codeOf(join(locked, "out.duckdb")), "E_OUTPUT_FOLDER");
    }));
}
