/** Several ferrets that record into one recording at once, and somebody who reads meanwhile. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { runtimeName } from "../../src/runtime/self.ts";
import { recover } from "../../src/writer/recover.ts";
import { ferret } from "../helpers/ferret.ts";
import { plainCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { OUTPUTS, queryRecording } from "../helpers/test_writer.ts";

const PROCESSES = 2;
const RUNS_EACH = 4;

for (const [kind, name] of Object.entries(OUTPUTS)) {
  test(`Runs that end in the same instant are all in the recording (${kind})`, () =>
    withFolder({}, async (folder) => {
      const out = join(folder, name);
      const go = join(folder, "go");
      const flags = runtimeName() === "deno" ? ["-A", "--no-check"] : [];
      const command = plainCommand(runtimeName(), "tests/helpers/many_runs.ts", {
        flags,
        args: [out, String(RUNS_EACH), go],
      });
      let readyCount = 0;
      let runningCount = PROCESSES;
      const processes = Array.from({ length: PROCESSES }, async () => {
        let isReady = false;
        const result = await runProcess(command, {
          cwd: ROOT,
          onOutput: (stdout) => {
            if (isReady || !stdout.includes("ready")) return;
            isReady = true;
            if (++readyCount === PROCESSES) writeFileSync(go, "");
          },
        });
        runningCount--;
        return result;
      });

      let seen = 0;
      while (runningCount > 0) {
        const { exitCode, stdout, stderr } = await ferret(["runs", "--format", "json", out]);
        if (exitCode === 4) {
          assert.match(stderr, /still being written|no such file|is writing to it/);
        } else {
          assert.equal(exitCode, 0, stderr);
          const { runs } = JSON.parse(stdout) as { runs: unknown[] };
          assert.ok(runs.length >= seen, "no run is ever gone");
          seen = runs.length;
        }
        await setTimeout(50);
      }

      const reports = (await Promise.all(processes)).flatMap(({ stdout, stderr }) => {
        assert.equal(stderr, "");
        return JSON.parse(stdout.split("\n")[1]!) as { n: number; problems: string[] }[];
      });
      // On a busy machine a reader may keep the file for longer than a run waits for it.
      for (const { n, problems } of reports) {
        if (n === 0) assert.match(problems.join(), /another program has it open/);
        else assert.deepEqual(problems, []);
      }
      const joined = reports.map(({ n }) => n).filter((n) => n > 0);
      assert.equal(new Set(joined).size, joined.length);
      await recover(out);
      const numbers = reports.map((_, index) => index + 1);
      const rows = await queryRecording(
        out,
        `SELECT n::INTEGER AS n, count(*)::INTEGER AS spans
         FROM runs r JOIN spans s ON s.run_id = r.run_id GROUP BY ALL ORDER BY n`,
      );
      assert.deepEqual(rows, numbers.map((n) => ({ n, spans: 50 })));
      const left = readdirSync(existsSync(join(out, ".")) && kind === "parquet" ? out : folder);
      assert.deepEqual(left.filter((file) => /partial|\.wal|\.tmp|lock-/.test(file)), []);
    }));
}
