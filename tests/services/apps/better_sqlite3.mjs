import Database from "better-sqlite3";
import { inSpan, told } from "./in_span.mjs";

const database = new Database(":memory:");

function attempt(fn) {
  try {
    return fn();
  } catch (error) {
    return told(error);
  }
}

inSpan("queries", () => {
  database.exec(
    "create table t (a integer primary key, b text); insert into t values (1, 'Secret')",
  );
  console.log(database.pragma("user_version"));
  const insert = database.prepare("insert into t (b) values (?)");
  console.log(
    insert.run("Secret"),
    insert.run("y"),
    Object.keys(insert),
    insert.source,
  );
  console.log(database.prepare("select * from t where b = 'Secret'").all());
  console.log(database.prepare("select * from t where a = ?").get(99));
  console.log(database.prepare("select b from t").pluck().all());
  let sum = 0;
  for (const { a } of database.prepare("select * from t").iterate()) sum += a;
  for (const { a } of database.prepare("select * from t").iterate()) {
    sum += a;
    break;
  }
  console.log(sum);
  console.log(
    attempt(() => database.exec("insert into t values (1, 'Secret')")),
  );
  console.log(attempt(() => database.prepare("select nothing")));
});

inSpan("transactions", () => {
  const count = database.prepare("select count(*) as c from t");
  console.log(database.transaction(() => count.get().c)());
  const failing = database.transaction(() => {
    database.exec("delete from t");
    throw new Error("no");
  });
  console.log(attempt(failing), count.get());
});
database.close();
