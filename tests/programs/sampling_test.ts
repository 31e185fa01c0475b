/** Sampled runs of real programs on the three runtimes: every trace is whole or absent. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { ferretCommand, runProcess, withFolder } from "../helpers/processes.ts";
import { query } from "../helpers/query.ts";

/** 60 traces of requests and functions, each with 6 spans, some of which come late or fail. */
const PROGRAM = `import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

async function load(id) {
  await sleep(1);
  if (id % 10 === 0) throw new Error("no such order");
  return price(id);
}
function price(id) {
  return id * 2;
}
function later() {}
async function order(id) {
  setTimeout(later, 30);
  try {
    return await load(id) + price(id);
  } catch {
    return price(0) + price(1);
  }
}
const random = Math.random;
Math.random = () => { throw new Error("the program's own"); };
const server = createServer(async (request, response) => {
  response.end(String(await order(Number(request.url.slice(1)))));
});
server.listen(0, async () => {
  const { port } = server.address();
  for (let id = 0; id < 60; id++) await (await fetch("http://127.0.0.1:" + port + "/" + id)).text();
  await sleep(60);
  server.close();
  server.closeAllConnections?.();
  Math.random = random;
});
`;

/** 8 traces, each over the main thread, a worker and a child process. */
const FAMILY = {
  "family.mjs": `import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import process from "node:process";
import { Worker } from "node:worker_threads";
const flags = "Deno" in globalThis ? ["run", "-A"] : [];
async function family() {
  await Promise.all([
    once(new Worker(new URL("./worker.mjs", import.meta.url)), "exit"),
    promisify(execFile)(process.execPath, [...flags, "child.mjs"]),
  ]);
}
await Promise.all(Array.from({ length: 8 }, () => family()));
`,
  "worker.mjs": "function inWorker() {}\ninWorker();\n",
  "child.mjs": "function inChild() {}\ninChild();\n",
};

function ferretRun(
  runtime: RuntimeName,
  folder: string,
  options: {
    flags: string[];
    out: string;
    script?: string;
    env?: Record<string, string>;
  },
) {
  const permission = runtime === "deno" ? ["-A"] : [];
  const { flags, out, script = "app.mjs", env = {} } = options;
  return runProcess(
    ferretCommand([
      "run",
      "--runtime",
      runtime,
      "-o",
      out,
      ...flags,
      ...permission,
      script,
    ]),
    { cwd: folder, env },
  );
}

interface Books {
  issued: number;
  stored: number;
  left: number;
  traces: number;
  taken: number;
}

async function booksOf(path: string): Promise<Books> {
  const [row] = await query(
    path,
    `SELECT issued, stored, traces, traces_taken AS taken,
       (SELECT coalesce(sum(count), 0) FROM losses) AS "left" FROM runs`,
  );
  return row as unknown as Books;
}

/** Sizes of the traces of requests that were stored. */
async function traceSizes(path: string): Promise<number[]> {
  const rows = await query(
    path,
    `SELECT trace_id, count(*) AS n FROM spans
     WHERE trace_id IN (SELECT trace_id FROM spans WHERE scope = 'http.server')
     GROUP BY trace_id`,
  );
  return rows.map(({ n }) => Number(n));
}

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`${runtime}: a sampled program leaves whole traces and balanced books`, () =>
    withFolder({ "app.mjs": PROGRAM }, async (folder) => {
      // The fetches of the program would carry one trace through all requests.
      const flags = ["--no-hook", "fetch,traceparent,timers,net,dns"];
      const whole = `${folder}/whole.duckdb`;
      const plain = await ferretRun(runtime, folder, { flags, out: whole });
      assert.equal(plain.exitCode, 0, plain.stderr);
      const all = new Set(await traceSizes(whole));
      const full = await booksOf(whole);
      assert.equal(full.traces, null);
      assert.equal(full.issued, full.stored + full.left);

      const half = `${folder}/half.duckdb`;
      const sampled = await ferretRun(runtime, folder, {
        flags: [...flags, "--keep", "errors,name:http.server:*"],
        out: half,
        env: {
          OTEL_TRACES_SAMPLER: "traceidratio",
          OTEL_TRACES_SAMPLER_ARG: "0.5",
        },
      });
      assert.equal(sampled.exitCode, 0, sampled.stderr);
      assert.match(
        sampled.stderr,
        /50% of the traces are recorded, as OTEL_TRACES_SAMPLER says/,
      );
      const sizes = await traceSizes(half);
      assert.ok(
        sizes.length > 10 && sizes.length < 50,
        `${sizes.length} of 60 were taken`,
      );
      for (const size of sizes) {
        assert.ok(all.has(size), `${size} is not of ${[...all]}`);
      }
      const books = await booksOf(half);
      assert.ok(books.taken < books.traces);
      assert.equal(books.issued, books.stored + books.left);
    }));

  test(`${runtime}: workers and child processes are left out with the trace that started them`, () =>
    withFolder(FAMILY, async (folder) => {
      const out = `${folder}/family.duckdb`;
      const result = await ferretRun(runtime, folder, {
        flags: ["--sample", "0.5"],
        script: "family.mjs",
        out,
      });
      assert.equal(result.exitCode, 0, result.stderr);
      const books = await booksOf(out);
      assert.equal(books.issued, books.stored + books.left);
      assert.ok(books.traces >= 8 && books.taken <= books.traces);
      const traces = await query(
        out,
        `SELECT count(DISTINCT process_id) AS processes, count(DISTINCT thread_id) AS threads,
           count_if(name = 'inWorker') AS workers, count_if(name = 'inChild') AS children
         FROM spans WHERE trace_id IN (SELECT trace_id FROM spans WHERE name = 'family')
         GROUP BY trace_id`,
      );
      const whole = { processes: 2, threads: 3, workers: 1, children: 1 };
      for (const trace of traces) assert.deepEqual(trace, whole);
      // Nothing of a family that was left out is there under another name.
      const [strays] = await query(
        out,
        "SELECT count_if(name = 'inWorker') AS workers, count_if(name = 'inChild') AS children FROM spans",
      );
      assert.deepEqual(strays, {
        workers: traces.length,
        children: traces.length,
      });
    }));
}

test("a limited program leaves whole traces and balanced books", () =>
  withFolder({ "app.mjs": PROGRAM }, async (folder) => {
    const out = `${folder}/limited.duckdb`;
    const flags = [
      "--no-functions",
      "--no-hook",
      "fetch,traceparent",
      "--max-spans-per-second",
    ];
    const result = await ferretRun("bun", folder, {
      flags: [...flags, "1"],
      out,
    });
    assert.equal(result.exitCode, 0, result.stderr);
    const books = await booksOf(out);
    assert.equal(books.issued, books.stored + books.left);
    assert.ok(books.taken >= 1 && books.taken < books.traces);
  }));
