/** Files that commands write: whole, or not there. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { OutputFile } from "../../cli/output_file.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { ferret } from "../helpers/ferret.ts";
import { plainCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

test("an output file is not there before it is complete, and leaves nothing when it is discarded", () =>
  withFolder({}, (folder) => {
    const path = join(folder, "out.json");
    const file = OutputFile.create(path);
    file.write("one ");
    assert.equal(readdirSync(folder).includes("out.json"), false);
    file.write("two");
    file.finish();
    // Who cleans up need not know how far it came.
    file.discard();
    assert.equal(readFileSync(path, "utf8"), "one two");
    assert.deepEqual(readdirSync(folder), ["out.json"]);
    const other = OutputFile.create(path);
    other.write("three");
    other.discard();
    assert.equal(readFileSync(path, "utf8"), "one two");
    assert.deepEqual(readdirSync(folder), ["out.json"]);
    return Promise.resolve();
  }));

test("what cannot be written is said in a line", () =>
  withFolder({}, async (folder) => {
    const recording = join(folder, "one.duckdb");
    await writeRecording(recording, [{ spans: [{ name: "only", durationNs: 1 }] }]);
    mkdirSync(join(folder, "pages"));
    writeFileSync(join(folder, "pages", "kept"), "");
    const cases: [string, RegExp][] = [
      [join(folder, "pages"), /^ferret: Cannot write ".*pages": it is a folder\n$/],
      [join(folder, "none", "x.html"), /": its folder does not exist\n$/],
      [recording, /": it is a recording, or another database\n$/],
    ];
    for (const [path, message] of cases) {
      const { exitCode, stderr, stdout } = await ferret(["report", recording, "--html", path]);
      assert.equal(exitCode, 2, path);
      assert.match(stderr, message);
      assert.equal(stdout, "");
    }
    assert.deepEqual(readdirSync(join(folder, "pages")), ["kept"]);
    const served = await ferret(["serve", recording, "--port", "65536"]);
    assert.equal(served.exitCode, 2);
    assert.equal(served.stderr, "ferret: Cannot serve on port 65536: expected 0 to 65535\n");
  }));

test("OutputFile leaves nothing when a signal ends ferret", () =>
  withFolder({
    "waiting.ts": `
      import { OutputFile } from ${JSON.stringify(join(ROOT, "cli/output_file.ts"))};
      const file = OutputFile.create("out.json");
      file.write("half of it");
      setInterval(() => {}, 1000);
      console.log("written");
    `,
  }, async (folder) => {
    const runtime = runtimeName();
    const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      let during: string[] = [];
      const ended = await runProcess(plainCommand(runtime, "waiting.ts", { flags }), {
        cwd: folder,
        onOutput: (stdout, child) => {
          if (!stdout.includes("written")) return;
          during = readdirSync(folder);
          child.kill(signal);
        },
      });
      assert.equal(ended.signal, signal, ended.stderr);
      assert.ok(during.some((name) => name.startsWith("out.json.partial-")));
      assert.deepEqual(readdirSync(folder), ["waiting.ts"]);
    }
  }));
