/** What a command leaves behind when it is interrupted: nothing, and the signal is told. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ferretCommand, runProcess, withFolder } from "../helpers/processes.ts";
import { writeRecording } from "../helpers/recording_fixture.ts";

test("an interrupted command removes its temporary files and ends by the signal", () =>
  withFolder({}, async (folder) => {
    const recording = join(folder, "rec.duckdb");
    const temporary = join(folder, "temporary");
    mkdirSync(temporary);
    await writeRecording(recording, [{ spans: [{ name: "GET /", durationNs: 1e6 }] }]);
    const endless = "SELECT i FROM range(1000000000000) t(i)";
    let found: string[] | undefined;
    const { signal, exitCode } = await runProcess(
      ferretCommand(["query", endless, recording, "--format", "csv"]),
      {
        env: { TMPDIR: temporary },
        onOutput: (_, child) => {
          if (found !== undefined) return;
          found = readdirSync(temporary).filter((name) => name.startsWith("ferret-read-"));
          child.kill("SIGINT");
        },
      },
    );
    assert.equal(found?.length, 1);
    assert.equal(signal ?? exitCode, "SIGINT");
    const left = readdirSync(temporary).filter((name) => name.startsWith("ferret-read-"));
    assert.deepEqual(left, []);
  }));
