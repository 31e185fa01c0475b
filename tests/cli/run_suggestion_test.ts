/** What `ferret run` suggests to people when a run has been recorded. */
import { strict as assert } from "node:assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { suggestNext } from "../../cli/run/suggestion.ts";
import { withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

test("a run is looked at, compared with the one before, and then held against limits", async () => {
  await withFolder({ "package.json": "{}" }, async (folder) => {
    const path = join(folder, "my runs.duckdb");
    const spans = [{ name: "GET /", scope: "http.server", durationNs: 1000 }];
    const server = { command: "server.ts", args: ["--port", "80"] };
    await writeRecording(path, [
      { run: { runId: "a", ...server }, spans },
      { run: { runId: "b", command: "other.ts", args: [] }, spans },
      { run: { runId: "c", ...server }, spans },
      { run: { runId: "d", ...server }, spans },
      { run: { runId: "e", ...server }, spans },
    ]);
    const next = async (n: number) => {
      const { purpose, command } = await suggestNext({ path, n }, folder);
      return `to ${purpose}: ${command.replaceAll(folder, "…")}`;
    };
    assert.equal(await next(1), "to read it: ferret report '…/my runs.duckdb'");
    assert.equal(await next(2), "to read it: ferret report '…/my runs.duckdb'");
    assert.equal(
      await next(3),
      "to compare it with run 1: ferret diff '…/my runs.duckdb#1' '…/my runs.duckdb#3'",
    );
    assert.equal(await next(4), "to put limits to it: ferret init '…/my runs.duckdb'");
    assert.match(await next(5), /^to compare it with run 4: /);
    writeFileSync(join(folder, "ferret.json"), '{"check": {"thresholds": ["p(99) < 1s"]}}');
    assert.equal(
      await next(1),
      "to hold it against its limits: ferret check '…/my runs.duckdb'",
    );
    // Whatever is wrong, there is something to do.
    writeFileSync(join(folder, "ferret.json"), "{");
    assert.match(await next(3), /^to read it: ferret report /);
  });
  assert.deepEqual(await suggestNext({ path: "out.duckdb", n: 1 }, "/"), {
    purpose: "read it",
    command: "ferret report",
  });
});
