/**
 * Many tasks of a program at once: every span has its own parent and trace.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferretCommand, ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];
const PROGRAM = fileURLToPath(new URL("fixtures/tasks.mjs", import.meta.url));

/** Spans by hand, and the nearest span by hand above each: functions have spans in between. */
const FAMILIES = `
  WITH RECURSIVE
  steps AS MATERIALIZED (
    SELECT span_id, parent_span_id, trace_id, status,
      CAST(attributes ->> 'task' AS INTEGER) AS task, attributes ->> 'at' AS place
    FROM spans WHERE name = 'step'),
  others AS MATERIALIZED (
    SELECT span_id, parent_span_id FROM spans WHERE name <> 'step'),
  above AS (
    SELECT span_id, parent_span_id AS parent_id FROM steps
    UNION ALL
    SELECT a.span_id, o.parent_span_id FROM above a JOIN others o ON a.parent_id = o.span_id),
  families AS (
    SELECT child.*, parent.task AS parent_task, parent.place AS parent_place,
      parent.trace_id AS parent_trace
    FROM above a JOIN steps child USING (span_id) JOIN steps parent ON a.parent_id = parent.span_id)`;

for (const runtime of RUNTIMES) {
  // How functions find their parents is the same code on all of them.
  for (const functions of runtime === "node" ? [true, false] : [false]) {
    // With their functions a tenth of the spans are by hand.
    const tasks = functions ? 2_000 : 10_000;
    const how = functions ? "with its functions" : "without its functions";
    test(`${tasks} tasks of a program on ${runtime} have their own spans, ${how}`, () =>
      withFolder({}, async (folder) => {
        const out = join(folder, "out.duckdb");
        // `block`: on a busy machine the writer may be given no time.
        const options = ["--quiet", "--runtime", runtime, "--overflow", "block", "-o", out];
        const flags = runtime === "deno" ? ["-A", "--no-check"] : [];
        const result = await runProcess(
          ferretCommand([
            "run",
            ...options,
            ...functions ? [] : ["--no-functions", "--ring-size", "1MiB"],
            ...flags,
            PROGRAM,
            ROOT,
            `${tasks}`,
            functions ? "functions" : "none",
          ], "deno"),
        );
        assert.equal(result.exitCode, 0, result.stderr);
        const { made, ...contexts } = JSON.parse(result.stdout) as { made: number };
        assert.deepEqual(contexts, { leaks: 0, isRight: true });

        const [books] = await query(
          out,
          `SELECT issued = stored AS is_whole, unfinished,
             (SELECT count(*) FROM spans) = stored AS is_there,
             (SELECT count(DISTINCT span_id) FROM spans) = stored AS is_unique FROM runs`,
        );
        assert.deepEqual(books, {
          is_whole: true,
          unfinished: 0,
          is_there: true,
          is_unique: true,
        });
        const [families] = await query(
          out,
          `${FAMILIES}
           SELECT (SELECT count(*) FROM steps) AS steps, count(*) AS children,
             count(*) FILTER (task <> parent_task) AS other_task,
             count(*) FILTER (trace_id <> parent_trace) AS other_trace,
             count(*) FILTER (place[: length(place) - position('/' IN reverse(place))] <> parent_place)
               AS other_place,
             count(DISTINCT trace_id) AS traces,
             count(*) FILTER (status = 'error' AND NOT (task % 10 = 0 AND place = '/rejects'))
               AS other_errors
           FROM families`,
        );
        assert.deepEqual(families, {
          steps: made,
          children: made - tasks,
          other_task: 0,
          other_trace: 0,
          other_place: 0,
          traces: tasks,
          other_errors: 0,
        });
      }));
  }
}
