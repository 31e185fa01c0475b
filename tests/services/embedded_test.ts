import { testClient } from "./client_tests.ts";

testClient({
  program: "duckdb",
  args: () => [],
  attributes: () => ({ "db.system.name": "duckdb" }),
  texts: ["insert into t values (?)", "select * from t where a = $1"],
  expected: [
    "queries > CREATE TABLE t (0)",
    "queries > INSERT t (2)",
    "queries > SELECT t (1)",
    "queries > SELECT t (2)",
    "queries > SELECT t (1)",
    "queries > SELECT",
    "queries > INSERT t; SELECT t (1)",
    "queries > INSERT t; SELECT t (3)",
    "queries > SELECT !Error",
  ],
});

testClient({
  program: "better_sqlite3",
  args: () => [],
  attributes: () => ({
    "db.system.name": "sqlite",
    "db.namespace": ":memory:",
  }),
  texts: ["insert into t (b) values (?)", "PRAGMA user_version"],
  expected: [
    "queries > CREATE TABLE t; INSERT t",
    "queries > PRAGMA user_version (1)",
    "queries > INSERT t (1)",
    "queries > INSERT t (1)",
    "queries > SELECT t (2)",
    "queries > SELECT t (0)",
    "queries > SELECT t (3)",
    "queries > SELECT t (3)",
    "queries > SELECT t (1)",
    "queries > INSERT t !SQLITE_CONSTRAINT_PRIMARYKEY",
    "transactions > BEGIN (0)",
    "transactions > SELECT t (1)",
    "transactions > COMMIT (0)",
    "transactions > BEGIN (0)",
    "transactions > DELETE t",
    "transactions > ROLLBACK (0)",
    "transactions > SELECT t (1)",
  ],
});
