/**
 * A program that brings secrets to every place from which they could get into a
 * recording, and the recording and all that is made of it, which have none.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { TABLES } from "../../src/store/schema.ts";
import { ferret } from "../helpers/ferret.ts";
import { ferretCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";

const APP = join(ROOT, "tests/programs/apps/secrets/everything.mjs");
const ARGUMENTS = [
  "--api-key=hush60x",
  "--password",
  "hush61x",
  "ordinary60",
  "DB_PASS=hush62x",
];
const RUN = ["--label", "token=hush63x", "--label", "team=ordinary61"];
const PATTERNS = ["--redact", "customer.*", "--redact", "/HUSH-\\w+/i"];
const FLAGS: Record<string, string[]> = { deno: ["-A"] };
/** A part of every secret. */
const SECRET = /hush\d\d/g;

/** All rows of all tables, as text: what is compressed in the file is not in its bytes. */
async function rowsOf(out: string): Promise<string> {
  const instance = await DuckDBInstance.create(
    out.endsWith("/") ? ":memory:" : out,
  );
  try {
    const connection = await instance.connect();
    let text = "";
    for (const table of Object.keys(TABLES)) {
      if (table === "ferret_meta") continue;
      const source = out.endsWith("/") ? `read_parquet('${out}*/${table}*.parquet')` : table;
      const reader = await connection.runAndReadAll(
        `SELECT t::VARCHAR FROM ${source} t`,
      );
      text += reader.getRows().map(([row]) => String(row)).join("\n");
    }
    connection.closeSync();
    return text;
  } finally {
    instance.closeSync();
  }
}

/** The bytes of a file, or of all files in a folder. */
function bytesOf(path: string): string {
  if (!path.endsWith("/")) return readFileSync(path, "latin1");
  const files = readdirSync(path, { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile())
    .map((file) => readFileSync(join(file.parentPath, file.name), "latin1"))
    .join("\n");
}

async function reportsOf(out: string): Promise<string> {
  const formats = ["table", "json", "csv", "markdown"];
  let text = "";
  for (const format of formats) {
    const { exitCode, stdout, stderr } = await ferret(
      ["report", out, "--limit", "0", "--format", format],
    );
    assert.equal(exitCode, 0, stderr);
    text += stdout + stderr;
  }
  const { stdout } = await ferret(["runs", out, "--format", "json"]);
  return text + stdout;
}

async function record(runtime: string, out: string, options: string[]) {
  const command = ferretCommand(
    [
      "run",
      "-o",
      out,
      "--runtime",
      runtime,
      ...options,
      ...FLAGS[runtime] ?? [],
      APP,
      ...ARGUMENTS,
    ],
  );
  const { exitCode, stdout, stderr } = await runProcess(command);
  assert.deepEqual([exitCode, stdout], [0, "done\n"], stderr);
  return stderr;
}

function secretsIn(text: string): string[] {
  return [...new Set(text.match(SECRET) ?? [])].sort();
}

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`secrets of a program on ${runtime} are not in its recording`, () =>
    withFolder({}, async (folder) => {
      // What is written to a file does not depend on the program's runtime.
      const parts = runtime === "node" ? [join(folder, "parts/")] : [];
      for (const out of [join(folder, "out.duckdb"), ...parts]) {
        const stderr = await record(runtime, out, [...RUN, ...PATTERNS]);
        const rows = await rowsOf(out);
        const reports = await reportsOf(out);
        assert.deepEqual(secretsIn(rows), []);
        assert.deepEqual(secretsIn(bytesOf(out)), []);
        assert.deepEqual(secretsIn(reports), []);
        assert.deepEqual(secretsIn(stderr), []);
        const ordinary = new Set(
          rows.match(/ordinary\d\d|missing08|program-09/g),
        );
        assert.deepEqual(MUST_STAY.filter((text) => !ordinary.has(text)), []);
        assert.match(reports, /secrets taken out of [\d,]+ values/);
      }
    }));
}

test("with --no-redact they are, and it is said", () =>
  withFolder({}, async (folder) => {
    const out = join(folder, "out.duckdb");
    const stderr = await record("node", out, [...RUN, "--no-redact"]);
    assert.match(stderr, /no secrets are taken out of this recording/);
    const found = secretsIn(await rowsOf(out));
    for (
      const secret of [
        "hush07",
        "hush15",
        "hush28",
        "hush34",
        "hush60",
        "hush63",
      ]
    ) {
      assert.ok(found.includes(secret), secret);
    }
    assert.match(
      await reportsOf(out),
      /secrets were not taken out of this run/,
    );
  }));

/** Ordinary texts beside the secrets. */
const MUST_STAY = [
  ...[
    "01",
    "03",
    "04",
    "05",
    "07",
    "10",
    "11",
    "12",
    "13",
    "14",
    "15",
    "16",
    "17",
  ],
  ...["18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "60", "61"],
].map((number) => `ordinary${number}`).concat("missing08", "program-09");
