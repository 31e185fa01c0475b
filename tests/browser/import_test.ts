/** A trace that Chromium itself has written. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { traceChromium } from "../helpers/browser.ts";
import { ferret } from "../helpers/ferret.ts";
import { withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

test("import and report take a trace of Chromium", () =>
  withFolder({}, async (folder) => {
    const trace = join(folder, "trace.json");
    await traceChromium(trace, async (page) => {
      await page.evaluate(() => {
        performance.mark("begun");
        for (const end = performance.now() + 50; performance.now() < end;);
        performance.measure("fifty", "begun");
      });
    });
    const out = join(folder, "trace.duckdb");
    const { exitCode, stderr } = await ferret(["import", "-o", out, trace]);
    assert.equal(exitCode, 0, stderr);
    const [measured] = await query(
      out,
      "SELECT duration_ns, self_ns <= duration_ns AS fits FROM spans WHERE name = 'fifty'",
    );
    assert.ok(Number(measured!["duration_ns"]) >= 50e6 && measured!["fits"]);
    // What its main thread did while the page was busy lies within each other.
    const [task] = await query(
      out,
      `SELECT count(*) AS n FROM spans
       WHERE name = 'EvaluateScript' OR name = 'FunctionCall' AND parent_name IS NOT NULL`,
    );
    assert.ok(Number(task!["n"]) > 0);
    const report = await ferret(["report", out, "--format", "json"]);
    assert.equal(report.exitCode, 0, report.stderr);
  }));
