/** What ferret says to mistakes and how it ends: exit codes, one line, no stack. */
import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import { SORT_KEYS } from "../../src/analysis/run_report.ts";
import { FERRET_VERSION } from "../../src/model/version.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { ferret } from "../helpers/ferret.ts";
import { ferretCommand, plainCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { steppedSpans, writeRecording } from "../helpers/recording_fixture.ts";
import { withPrivateFolder } from "../helpers/waiting_run.ts";

const RUN = { spans: steppedSpans({ name: "load" }, 200, 1000) };

test("help and version go to stdout and are no mistake", async () => {
  for (const args of [["--help"], ["help"], ["report", "--help"], ["help", "check"], ["-V"]]) {
    const { exitCode, stdout, stderr } = await ferret(args);
    assert.equal(exitCode, 0, args.join(" "));
    assert.equal(stderr, "");
    assert.ok(stdout.length > 0);
  }
  assert.equal((await ferret(["--version"])).stdout, `${FERRET_VERSION}\n`);
  const { stdout } = await ferret(["--help"]);
  for (const command of ["run", "report", "check", "runs", "recover"]) {
    assert.match(stdout, new RegExp(`^  ${command}\\b`, "m"));
  }
  assert.match(stdout, /\nExamples:\n/);
  assert.equal((await ferret(["help", "run"])).stdout, (await ferret(["run", "--help"])).stdout);
});

test("ferret alone prints its help and fails", async () => {
  const { exitCode, stdout, stderr } = await ferret([]);
  assert.equal(exitCode, 2);
  assert.equal(stdout, "");
  assert.match(stderr, /^Usage: ferret /);
});

test("help for what does not exist is help, and a mistake", async () => {
  const { exitCode, stderr } = await ferret(["help", "nothing"]);
  assert.equal(exitCode, 2);
  assert.doesNotMatch(stderr, /ferret: /);
});

test("mistakes on the command line end with 2 and a suggestion", async () => {
  const cases: [string[], RegExp][] = [
    [["reprot"], /^ferret: unknown command 'reprot'\nDid you mean report\?\n$/],
    [["app.ts"], /^ferret: unknown command 'app\.ts'\nTry ferret run app\.ts\n$/],
    [["--verison"], /^ferret: unknown option '--verison'\nDid you mean --version\?\n$/],
    [["report", "--fromat"], /^ferret: unknown option '--fromat'\nDid you mean --format\?\n$/],
    [["report", "--sort", "speed"], /^ferret: .*'speed' is invalid\. Allowed choices are total, /],
    [["report", "--limit", "-1"], /^ferret: .*Expected a whole number\n/],
    [["report", "--run"], /^ferret: option '--run <id\|n>' argument missing\n/],
    [
      ["report", "a", "b"],
      /^ferret: Cannot report on two recordings at once\n--html compares them\n/,
    ],
    [["report", "a", "b", "c"], /^ferret: too many arguments for 'report'/],
  ];
  for (const [args, message] of cases) {
    const { exitCode, stdout, stderr } = await ferret(args);
    assert.match(stderr, message);
    assert.equal(exitCode, 2, args.join(" "));
    assert.equal(stdout, "");
    assert.ok(stderr.trimEnd().split("\n").length <= 2);
  }
});

test("what cannot be read ends with 4, one line and no stack, and is left as it was", async () => {
  await withFolder(
    { "empty.duckdb": "", "text.duckdb": "name,count\n".repeat(2000) },
    async (folder) => {
      const path = (name: string) => join(folder, name);
      await writeRecording(path("good.duckdb"), [RUN]);
      const good = await readFile(path("good.duckdb"));
      await writeFile(path("truncated.duckdb"), good.subarray(0, good.length / 2));
      await writeFile(path("short.duckdb"), good.subarray(0, 5000));
      await mkdir(path("folder"));
      await alter(path("newer.duckdb"), good, "UPDATE ferret_meta SET format_version = 99");
      await alter(path("foreign.duckdb"), good, "DROP TABLE spans");
      await alter(
        path("view.duckdb"),
        good,
        "DROP TABLE spans",
        "CREATE VIEW spans AS SELECT * FROM read_text('/etc/hostname')",
      );
      await writeFile(path("coming.duckdb.partial-11111111-2222-4333-8444-555555555555"), "");
      const cases: [string, RegExp][] = [
        ["absent.duckdb", /there is no such file/],
        ["empty.duckdb", /empty/],
        ["text.duckdb", /not a DuckDB database/],
        ["truncated.duckdb", /its end is missing|damaged/],
        ["short.duckdb", /its end is missing|damaged|not a DuckDB/],
        ["folder", /no recorded run/],
        ["newer.duckdb", /a newer ferret wrote it/],
        ["foreign.duckdb", /it has no table "spans"/],
        ["view.duckdb", /it has no table "spans"/],
        ["coming.duckdb", /still being written/],
      ];
      for (const [name, message] of cases) {
        const before = await readFile(path(name)).catch(() => undefined);
        for (const args of [["report"], ["check", "--p99", "1s"], ["runs"]]) {
          const { exitCode, stdout, stderr } = await ferret([...args, path(name)]);
          assert.equal(exitCode, 4, `${name}: ${stderr}`);
          assert.equal(stdout, "");
          assert.match(stderr, message);
          assert.match(stderr, /^ferret: Cannot read "[^\n]*\n([^\n]+\n)?$/);
        }
        assert.deepEqual(await readFile(path(name)).catch(() => undefined), before);
      }
    },
  );
});

test("a fault of ferret's own ends with 70 and a stack", async () => {
  const { main } = await import("../../cli/main.ts");
  let stderr = "";
  const exitCode = await main(["--version"], {
    out: () => {
      throw new RangeError("broken");
    },
    err: (text) => void (stderr += text),
  });
  assert.equal(exitCode, 70);
  assert.match(stderr, /^ferret: a fault of ferret's own[^\n]*\n[\s\S]*broken[\s\S]*main_test/);
});

test("the sort keys of the command are those of the analysis", async () => {
  const { stderr } = await ferret(["report", "--sort", "?"]);
  assert.ok(stderr.includes(`choices are ${SORT_KEYS.join(", ")}`));
});

test("ferret as a process prints everything and ends with its exit code", async () => {
  await withFolder({}, async (folder) => {
    const spans = Array.from({ length: 3000 }, (_, i) => ({ name: `span ${i}`, durationNs: i }));
    await writeRecording(join(folder, "out.duckdb"), [{ spans }]);
    const report = await runProcess(ferretCommand(["report", "--format", "json"]), { cwd: folder });
    assert.equal(report.exitCode, 0);
    assert.equal(JSON.parse(report.stdout).spans.length, 3000);
    const check = await runProcess(ferretCommand(["check", "--max", "1ns"]), { cwd: folder });
    assert.equal(check.exitCode, 1);
    assert.match(check.stdout, /\nfail: /);
    const mistake = await runProcess(ferretCommand(["chekc"]), { cwd: folder });
    assert.equal(mistake.exitCode, 2);
    assert.equal(mistake.stdout, "");
    assert.match(mistake.stderr, /^ferret: unknown command 'chekc'\n/);
  });
});

test("a reader that goes away is no error", async () => {
  await withFolder({}, async (folder) => {
    const spans = Array.from({ length: 3000 }, (_, i) => ({ name: `span ${i}`, durationNs: i }));
    await writeRecording(join(folder, "out.duckdb"), [{ spans }]);
    const [file, ...args] = ferretCommand(["report", "--format", "csv"]);
    const child = spawn(file!, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => stderr += text);
    child.stdout.destroy();
    const exitCode = await new Promise((resolve) => child.on("close", resolve));
    assert.equal(stderr, "");
    assert.equal(exitCode, 0);
  });
});

test("what an interrupted run left is added before a recording is read", async () => {
  await withFolder({}, (folder) =>
    withPrivateFolder(async (home) => {
      const recording = join(folder, "out.duckdb");
      const flags = runtimeName() === "deno" ? ["-A", "--no-check"] : [];
      const command = plainCommand(runtimeName(), "tests/helpers/killed_ferret.ts", {
        flags,
        args: [recording, join(home, "ring-0")],
      });
      assert.equal((await runProcess(command, { cwd: ROOT })).signal, "SIGKILL");
      const first = await ferret(["report", recording]);
      assert.equal(first.exitCode, 0);
      assert.match(first.stderr, /^ferret: run 1, which was cut off, has been added to .*\n$/);
      assert.match(first.stdout, /^killed\.ts .*\n.* \(recording recovered\), run 1\n/);
      const second = await ferret(["report", recording]);
      assert.equal(second.stderr, "");
      assert.equal(second.stdout, first.stdout);
      assert.equal(existsSync(home), false);
    }));
});

/** Writes a copy of a recording that was changed with a database client. */
async function alter(path: string, good: Uint8Array, ...statements: string[]): Promise<void> {
  await writeFile(path, good);
  const instance = await DuckDBInstance.create(path);
  const connection = await instance.connect();
  for (const statement of statements) await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
}
