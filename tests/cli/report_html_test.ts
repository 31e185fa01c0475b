/** `ferret report --html`: what it writes and what it says. */
import { strict as assert } from "node:assert";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { openInBrowser } from "../../cli/open_in_browser.ts";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { steppedSpans, writeRecording } from "../helpers/recording_fixture.ts";

const RUN = { spans: steppedSpans({ name: "load" }, 100, 1000) };

async function withRecording(use: (recording: string, folder: string) => Promise<void>) {
  await withFolder({}, async (folder) => {
    const recording = join(folder, "a.duckdb");
    await writeRecording(recording, [RUN, { ...RUN, run: { runId: "run-2" } }]);
    await use(recording, folder);
  });
}

test("report --html writes one file, for its user alone, and says how large it is", async () => {
  await withRecording(async (recording, folder) => {
    const path = join(folder, "report.html");
    const { exitCode, stdout, stderr } = await ferret(["report", recording, "--html", path]);
    assert.deepEqual([exitCode, stderr], [0, ""]);
    assert.match(stdout, /report\.html: [\d.]+ KiB\n$/);
    assert.match(readFileSync(path, "utf8"), /^<!doctype html>/);
    if (process.platform !== "win32") assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(folder).toSorted(), ["a.duckdb", "report.html"]);
  });
});

test("report --html says what there was no room for", async () => {
  await withRecording(async (recording, folder) => {
    const path = join(folder, "report.html");
    const { exitCode, stderr } = await ferret(
      ["report", recording, "--html", path, "--max-size", "1k"],
    );
    assert.equal(exitCode, 0);
    assert.match(stderr, /^ferret: The timeline is left out: there was no room for it\.$/m);
  });
});

test("report --html compares a run with another one", async () => {
  await withRecording(async (recording, folder) => {
    const path = join(folder, "two.html");
    const { exitCode } = await ferret(["report", `${recording}#1`, recording, "--html", path]);
    assert.equal(exitCode, 0);
    const page = readFileSync(path, "utf8");
    const head = JSON.parse(/id="head">(.*?)<\/script>/s.exec(page)![1]!);
    assert.deepEqual(head.runs.map(({ source }: { source: string }) => source), [
      `${recording}#1`,
      `${recording}#2`,
    ]);
  });
});

test("what cannot be done is told before anything is written", async () => {
  await withRecording(async (recording, folder) => {
    const missing = join(folder, "missing", "report.html");
    const path = join(folder, "report.html");
    for (
      const [args, exitCode, message] of [
        [[recording, "--html", missing], 2, /its folder does not exist/],
        [[recording, "--html", recording], 2, /it is a recording/],
        [[recording, "--html", path, "--max-size", "big"], 2, /Cannot parse size "big"/],
        [[recording, "--html", path, "--filter", "db:*"], 2, /Cannot use --filter with --html/],
        [[recording, recording], 2, /Cannot report on two recordings at once/],
        [[recording, join(folder, "b.duckdb"), "--html", path], 4, /there is no such file/],
      ] as const
    ) {
      const result = await ferret(["report", ...args]);
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.match(result.stderr, message);
      assert.equal(existsSync(path), false);
    }
  });
});

test("a page that cannot be shown costs a line and nothing else", async () => {
  const path = process.env["PATH"];
  try {
    await withRecording(async (recording, folder) => {
      // No program to open anything with.
      process.env["PATH"] = folder;
      const html = join(folder, "report.html");
      const { exitCode, stderr } = await ferret(["report", recording, "--html", html, "--open"]);
      assert.equal(exitCode, 0);
      assert.match(stderr, /^ferret: the report could not be opened: there is no \S+\n$/);
      assert.ok(existsSync(html));
      assert.equal(await openInBrowser(html, "darwin"), "there is no open");
    });
  } finally {
    if (path === undefined) delete process.env["PATH"];
    else process.env["PATH"] = path;
  }
});
