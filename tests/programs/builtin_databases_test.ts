import assert from "node:assert/strict";
import { test } from "node:test";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { databaseSpans, linesOf } from "../helpers/database_spans.ts";
import { type RecordedProgramOptions, runRecorded } from "../helpers/recorded_program.ts";

const IN_SPAN = `
function inSpan(name, fn) {
  const profiler = globalThis[Symbol.for("ferret.profiler.1")];
  return profiler === undefined ? fn() : profiler.span(name, () => fn());
}
function attempt(fn) {
  try {
    return fn();
  } catch (error) {
    return [error.constructor.name, error.message, error.code, Object.keys(error).join()];
  }
}
`;

/** Runs a program with and without the recorder. @returns what it did with databases. */
async function operationsOf(
  runtime: RuntimeName,
  program: string,
  options: RecordedProgramOptions = {},
) {
  const [plain, recorded] = await Promise.all([
    runRecorded(runtime, program, { ...options, plain: true }),
    runRecorded(runtime, program, options),
  ]);
  assert.equal(plain.exitCode, 0, plain.stderr);
  const { exitCode, stdout } = recorded;
  assert.deepEqual({ exitCode, stdout }, {
    exitCode: plain.exitCode,
    stdout: plain.stdout,
  });
  const operations = databaseSpans(recorded.spans);
  assert.doesNotMatch(JSON.stringify(operations), /Secret/);
  for (const { kind } of operations) assert.equal(kind, "client");
  return operations;
}

const NODE_SQLITE = `
import { createServer } from "node:http";
import { DatabaseSync } from "node:sqlite";
${IN_SPAN}
const database = new DatabaseSync(":memory:");
inSpan("queries", () => {
  database.exec("create table t (a integer primary key, b text); insert into t values (1, 'Secret')");
  const insert = database.prepare("insert into t (b) values (?)");
  console.log(insert.run("Secret"), insert.run("y"), insert.run.name, Object.keys(insert));
  console.log(database.prepare("select * from t where b = 'Secret'").all());
  console.log(database.prepare("select * from t where a = ?").get(99));
  console.log(attempt(() => database.exec("insert into t values (1, 'Secret')")));
  console.log(attempt(() => database.prepare("select * from nowhere")));
});
inSpan("loops", () => {
  let sum = 0;
  database.prepare("select 'not begun'").iterate();
  for (const { a } of database.prepare("select * from t").iterate()) sum += a;
  for (const { a } of database.prepare("select a from t").iterate()) {
    sum += a;
    break;
  }
  console.log(sum, [...database.prepare("select b from t where a > 1").iterate()].length);
  const store = database.createTagStore();
  console.log(store.all\`select * from t where a = \${1}\`, store.get\`select b from t where a = \${2}\`);
});
const server = createServer(async (_request, response) => {
  await new Promise((resolve) => setTimeout(resolve, 10));
  response.end(JSON.stringify(database.prepare("select count(*) as c from t").get()));
});
await new Promise((resolve) => server.listen(0, resolve));
const answer = await fetch(\`http://localhost:\${server.address().port}/count\`);
console.log(await answer.text());
server.close();
server.closeAllConnections?.();
database.close();
`;

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`node:sqlite on ${runtime} records its statements`, async () => {
    const operations = await operationsOf(runtime, NODE_SQLITE, {
      fileName: "program.mjs",
    });
    // Deno's errors have no number.
    const code = runtime === "deno" ? "Error" : "1555";
    assert.deepEqual(linesOf(operations), [
      "queries > CREATE TABLE t; INSERT t",
      "queries > INSERT t (1)",
      "queries > INSERT t (1)",
      "queries > SELECT t (2)",
      "queries > SELECT t (0)",
      `queries > INSERT t !${code}`,
      "loops > SELECT t (3)",
      "loops > SELECT t (1)",
      "loops > SELECT t (2)",
      "loops > SELECT t (1)",
      "loops > SELECT t (1)",
      "GET > SELECT t (1)",
    ]);
    const [script, insert] = operations;
    assert.deepEqual(insert!.attributes, {
      "db.system.name": "sqlite",
      "db.operation.name": "INSERT",
      "db.query.summary": "INSERT t",
      "db.collection.name": "t",
      "db.namespace": ":memory:",
      "db.query.text": "insert into t (b) values (?)",
      "db.response.returned_rows": 1,
    });
    assert.equal(
      script!.attributes["db.query.text"],
      "create table t (a integer primary key, b text); insert into t values (?)",
    );
  });
}

test("bun:sqlite records its statements and transactions", async () => {
  const program = `
  import { Database } from "bun:sqlite";
  ${IN_SPAN}
  const database = new Database(":memory:");
  inSpan("queries", () => {
    database.exec("create table t (a integer primary key, b text)");
    const insert = database.prepare("insert into t (b) values (?)");
    console.log(insert.run("Secret"), insert.run("y"), insert.run.name, Object.keys(insert));
    const all = database.query("select * from t");
    console.log(all === database.query("select * from t"), all.values(), all.raw().length, all.all());
    console.log(database.query("select * from t where a = ?").get(99));
    console.log(attempt(() => database.run('insert into t values (1, "Secret")')));
    console.log(database.run === database.exec, Database.prototype.run.length);
  });
  inSpan("loops", () => {
    let sum = 0;
    for (const { a } of database.query("select * from t").iterate()) sum += a;
    for (const { a } of database.query("select a from t")) {
      sum += a;
      break;
    }
    console.log(sum);
  });
  inSpan("transactions", () => {
    console.log(database.transaction((b) => database.run("insert into t (b) values (?)", [b]))("z"));
    console.log(attempt(database.transaction(() => {
      database.run("delete from t");
      throw new Error("no");
    })));
  });
  database.close();
  `;
  const operations = await operationsOf("bun", program, {
    fileName: "program.mjs",
  });
  assert.deepEqual(linesOf(operations), [
    "queries > CREATE TABLE t (0)",
    "queries > INSERT t (1)",
    "queries > INSERT t (1)",
    "queries > SELECT t (2)",
    "queries > SELECT t (2)",
    "queries > SELECT t (2)",
    "queries > SELECT t (0)",
    "queries > INSERT t !SQLITE_CONSTRAINT_PRIMARYKEY",
    "loops > SELECT t (2)",
    "loops > SELECT t (1)",
    "transactions > BEGIN (0)",
    "transactions > INSERT t (1)",
    "transactions > COMMIT (0)",
    "transactions > BEGIN (0)",
    "transactions > DELETE t (3)",
    "transactions > ROLLBACK (0)",
  ]);
});

test("Deno.Kv records its operations", async () => {
  const program = `
  ${IN_SPAN}
  const kv = await Deno.openKv(":memory:");
  await inSpan("operations", async () => {
    const key = ["Secret", 1];
    await kv.set(key, "Secret");
    console.log((await kv.get(key)).value, (await kv.getMany([key, ["none"]])).length);
    console.log(await kv.atomic().check({ key, versionstamp: null }).set(key, 2).commit());
    console.log((await kv.atomic().set(["Secret", 2], 2).commit()).ok);
    await kv.delete(["none"]);
    await kv.enqueue("Secret");
    const watched = kv.watch([key]).getReader();
    console.log((await watched.read()).value.length);
    await watched.cancel();
    await kv.get(Symbol()).catch((error) => console.log(error.name));
  });
  await inSpan("loops", async () => {
    let count = 0;
    kv.list({ prefix: ["not begun"] });
    for await (const _entry of kv.list({ prefix: ["Secret"] })) count++;
    for await (const _entry of kv.list({ prefix: ["Secret"] })) {
      count++;
      break;
    }
    console.log(count, Deno.openKv.name, Deno.Kv.prototype.get.length, kv instanceof Deno.Kv);
  });
  kv.close();
  `;
  const operations = await operationsOf("deno", program, {
    fileName: "program.mjs",
    denoCommand: ["run", "-A", "--unstable-kv"],
  });
  assert.deepEqual(linesOf(operations), [
    "operations > set",
    "operations > get (1)",
    "operations > getMany (1)",
    "operations > atomic.commit",
    "operations > atomic.commit",
    "operations > delete",
    "operations > enqueue",
    "operations > watch",
    "operations > get !TypeError",
    "loops > list (2)",
    "loops > list (1)",
  ]);
  assert.deepEqual(operations[1]!.attributes, {
    "db.system.name": "deno.kv",
    "db.operation.name": "get",
    "db.query.summary": "get",
    "db.response.returned_rows": 1,
  });
});
