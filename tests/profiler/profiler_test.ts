import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { test } from "node:test";
import { Profiler } from "../../mod.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { ROOT, runProcess, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

const SPANS =
  "SELECT name, parent_name, status, count(*) AS n FROM spans GROUP BY ALL ORDER BY name";
const EXPECTED = [
  { name: "inner", parent_name: "outer", status: "unset", n: 500 },
  { name: "left open", parent_name: null, status: "unfinished", n: 1 },
  { name: "outer", parent_name: null, status: "unset", n: 500 },
  { name: "step", parent_name: "task", status: "unset", n: 100 },
  { name: "task", parent_name: null, status: "unset", n: 100 },
];

function command(ending: string, out: string): string[] {
  const script = `${ROOT}tests/profiler/fixtures/ends.ts`;
  const run = runtimeName() === "deno" ? ["deno", "run", "-A", "--no-check"] : [runtimeName()];
  return [...run, script, ending, out];
}

const ENDINGS: Record<string, number> = {
  close: 0,
  using: 0,
  forgotten: 0,
  throw: 1,
  reject: 1,
  exit: 3,
};
if (runtimeName() === "deno") ENDINGS["deno-exit"] = 4;

for (const [ending, exitCode] of Object.entries(ENDINGS)) {
  test(`Profiler keeps every span of a program that ends by ${ending}`, async () => {
    await withFolder({}, async (folder) => {
      const out = `${folder}/out.duckdb`;
      const result = await runProcess(command(ending, out));
      assert.equal(result.exitCode, exitCode, result.stderr);
      assert.doesNotMatch(result.stderr, /ferret/);
      assert.deepEqual(await query(out, SPANS), EXPECTED);
      const [run] = await query(out, "SELECT status, labels FROM runs");
      assert.deepEqual(run, { status: "complete", labels: `{"ending":"${ending}"}` });
      assert.deepEqual(await readdir(folder), ["out.duckdb"]);
    });
  });
}

test("Profiler.flush() resolves when what was recorded before is in the file", async () => {
  await withFolder({}, async (folder) => {
    const p = new Profiler({ out: `${folder}/out.duckdb` });
    p.span("before", () => {});
    await p.flush();
    const [partial] = (await readdir(folder)).filter((name) => name.includes(".partial-"));
    assert.ok(partial !== undefined, "the partial is there while the run goes on");
    await p.close();
    assert.equal((await query(`${folder}/out.duckdb`, SPANS)).length, 1);
  });
});

test("Profiler adds a run to an existing recording", async () => {
  await withFolder({}, async (folder) => {
    const out = `${folder}/out.duckdb`;
    for (const name of ["first", "second"]) {
      const p = new Profiler({ out });
      p.span(name, () => {});
      await p.close();
    }
    const rows = await query(
      out,
      "SELECT r.n, s.name FROM runs r JOIN spans s USING (run_id) ORDER BY n",
    );
    assert.deepEqual(rows, [{ n: 1, name: "first" }, { n: 2, name: "second" }]);
  });
});

test("Profiler leaves a program alone whose recording cannot be written", async () => {
  await withFolder({ "foreign.duckdb": "not a database" }, async (folder) => {
    const complaints: unknown[] = [];
    const { error } = console;
    console.error = (text: unknown) => complaints.push(text);
    try {
      const p = new Profiler({ out: `${folder}/foreign.duckdb` });
      assert.equal(p.span("work", () => 5), 5);
      await p.flush();
      await p.close();
      await p.close();
    } finally {
      console.error = error;
    }
    assert.equal(complaints.length, 1, String(complaints));
    assert.match(String(complaints[0]), /^ferret: /);
  });
});

test("Profiler refuses options that are not of their kind", () => {
  const bad = (options: unknown) => new Profiler(options as Record<string, never>);
  assert.throws(() => bad({ out: "" }), {
    name: "TypeError",
    message: 'Cannot create profiler: out must be a path, got ""',
  });
  assert.throws(() => bad({ ringSize: 0 }), { name: "TypeError" });
  assert.throws(() => bad({ overflow: "explode" }), { name: "TypeError" });
  assert.throws(() => bad({ redact: "password" }), {
    name: "TypeError",
    message: "Cannot create profiler: redact must be a list of patterns, or false",
  });
  assert.throws(() => bad({ redact: ["*"] }), {
    name: "TypeError",
    message: 'Cannot redact "*": it fits every name',
  });
});

for (
  const [redact, found] of [
    [[/acme-\d+/iy], ["REDACTED", "bob", "for REDACTED"]],
    [["customer.*"], ["REDACTED", "REDACTED", "for ACME-12"]],
    [false, ["hunter2", "bob", "for ACME-12"]],
  ] as const
) {
  test(`Profiler takes out what it is told to: ${redact}`, async () => {
    await withFolder({}, async (folder) => {
      const out = `${folder}/out.duckdb`;
      const p = new Profiler({ out, redact });
      p.span("work", (span) => {
        span.setAttribute("password", "hunter2");
        span.setAttribute("customer.name", "bob").setAttribute("order", "for ACME-12");
      });
      await p.close();
      const [row] = await query(
        out,
        `SELECT attributes, redaction, redacted FROM spans, runs WHERE name = 'work'`,
      );
      const attributes = JSON.parse(String(row!["attributes"])) as Record<string, string>;
      const { password, order, "customer.name": name } = attributes;
      assert.deepEqual([password, name, order], found);
      const isOff = redact === false;
      assert.deepEqual([row!["redaction"], row!["redacted"]], isOff ? ["off", null] : ["on", 2]);
    });
  });
}

for (const tasks of [1_000, 10_000]) {
  test(`Profiler gets every parent right with ${tasks} tasks at once`, async () => {
    await withFolder({}, async (folder) => {
      const out = `${folder}/out.duckdb`;
      const p = new Profiler({ out });
      const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
      await Promise.all(Array.from({ length: tasks }, (_, task) =>
        p.span(`task`, async (span) => {
          span.setAttribute("task", task);
          await pause();
          await p.span("middle", async (middle) => {
            middle.setAttribute("task", task);
            await null;
            await Promise.all([1, 2].map((leaf) =>
              p.span(`leaf ${leaf}`, async (leafSpan) => {
                await pause();
                leafSpan.setAttribute("task", task);
              })
            ));
          });
        })));
      await p.close();
      const [counts] = await query(out, "SELECT count(*) AS spans FROM spans");
      assert.deepEqual(counts, { spans: tasks * 4 });
      const wrong = await query(
        out,
        `SELECT c.name, c.parent_name FROM spans c LEFT JOIN spans p ON p.span_id = c.parent_span_id
         WHERE CASE c.name WHEN 'task' THEN c.parent_span_id IS NOT NULL
           WHEN 'middle' THEN p.name IS DISTINCT FROM 'task' OR p.attributes <> c.attributes
           ELSE p.name IS DISTINCT FROM 'middle' OR p.attributes <> c.attributes END`,
      );
      assert.deepEqual(wrong, []);
      assert.deepEqual(await query(out, "SELECT * FROM losses"), []);
    });
  });
}
