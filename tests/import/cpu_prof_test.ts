/** Profiles that this runtime itself writes with `--cpu-prof`. */
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runtimeName } from "../../src/runtime/self.ts";
import { ferret } from "../helpers/ferret.ts";
import { plainCommand, runProcess, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

const PROGRAM = `
function busyInside(until) { let n = 0; while (performance.now() < until) n += Math.sqrt(n + 1); return n; }
function busyOutside() { return busyInside(performance.now() + 100) + 1; }
busyOutside();
busyOutside();
`;

test("import, report and check take the profile of a program", () =>
  withFolder({}, async (folder) => {
    writeFileSync(join(folder, "program.mjs"), PROGRAM);
    const flags = ["--cpu-prof", `--cpu-prof-dir=${join(folder, "profiles")}`];
    const command = plainCommand(runtimeName(), "program.mjs", { flags });
    const { exitCode, stderr } = await runProcess(command, { cwd: folder });
    assert.equal(exitCode, 0, stderr);
    const [profile] = readdirSync(join(folder, "profiles"));
    const out = join(folder, "imported.duckdb");
    const imported = await ferret(["import", "-o", out, join(folder, "profiles", profile!)]);
    assert.equal(imported.exitCode, 0, imported.stderr);
    const [inside] = await query(
      out,
      `SELECT parent_name AS caller, scope, attributes ->> '$."code.line.number"' AS line,
         sum(duration_ns)::DOUBLE AS ns, any_value(year(make_timestamp_ns(start_ns))) AS year
       FROM spans WHERE name = 'busyInside' GROUP BY ALL`,
    );
    assert.deepEqual(
      { ...inside, ns: undefined, year: undefined },
      { caller: "busyOutside", scope: "cpu", line: "2", ns: undefined, year: undefined },
    );
    assert.ok(Number(inside!["ns"]) > 5e7, String(inside!["ns"]));
    assert.ok(Number(inside!["year"]) >= 2026);
    const report = await ferret(["report", out, "--format", "json"]);
    const { spans } = JSON.parse(report.stdout) as { spans: { name: string }[] };
    assert.ok(spans.some(({ name }) => name === "busyInside"));
    const args = ["--max", "1h", "--min-samples", "1", "--span", "cpu:busyInside"];
    assert.equal((await ferret(["check", out, ...args])).exitCode, 0);
  }));
