import { after, before } from "node:test";
import { testClient } from "./client_tests.ts";
import { type DatabaseServer, startPostgres } from "./servers.ts";

let server: DatabaseServer;
before(async () => {
  server = await startPostgres();
});
after(() => server?.stop());

function attributes(): Record<string, unknown> {
  return {
    "db.system.name": "postgresql",
    "db.namespace": "postgres",
    "server.address": "127.0.0.1",
    "server.port": server.port,
  };
}

testClient({
  program: "pg",
  args: () => [String(server.port)],
  attributes,
  chance: /^(?:first|second) > pg\.pool\.connect$/,
  texts: [
    "insert into pg_users values (?)",
    "select * from pg_users where name = ? and id in (?)",
    "select * from pg_users where id > $1",
  ],
  expected: [
    "pg.pool.connect",
    "SELECT (1)",
    "queries > pg.connect",
    "queries > DROP TABLE pg_users; CREATE TABLE pg_users",
    "queries > INSERT pg_users (2)",
    "queries > SELECT pg_users (2)",
    "queries > SELECT (1)",
    "queries > INSERT pg_users !23505",
    "queries > SELECT !22P02",
    "queries > SELECT nowhere !42P01",
    "callbacks > pg.connect",
    "callbacks > SELECT (1)",
    "callbacks > SELECT (1)",
    "callbacks > SELECT nowhere !42P01",
    "streams > pg.connect",
    "streams > SELECT pg_users (2)",
    "streams > SELECT (5)",
    "streams > SELECT (1)",
    "pg.pool.connect > pg.connect",
    "first > SELECT pg_users (1)",
    "first > SELECT (1)",
    "first > BEGIN",
    "first > UPDATE pg_users (2)",
    "first > COMMIT",
    "second > SELECT pg_users (1)",
    "second > SELECT (1)",
    "second > BEGIN",
    "second > UPDATE pg_users (2)",
    "second > COMMIT",
  ],
});

testClient({
  program: "postgres",
  args: () => [String(server.port)],
  attributes,
  texts: [
    "select * from things where name = $1 and id in (?)",
    'insert into things ("id","name")values(?)',
    'drop table if exists "things"',
  ],
  expected: [
    "SELECT nowhere !42P01",
    "SELECT (1)",
    "queries > DROP TABLE things",
    "queries > CREATE TABLE things",
    "queries > INSERT things (2)",
    "queries > SELECT things (1)",
    "queries > SELECT things (2)",
    "queries > SELECT things (1)",
    "queries > INSERT things !23505",
    "queries > SELECT; SELECT",
    "loops > SELECT (4)",
    "loops > SELECT",
    "loops > SELECT",
    "loops > SELECT",
    "transactions > BEGIN",
    "transactions > UPDATE things (1)",
    "transactions > SAVEPOINT",
    "transactions > SELECT things (2)",
    "transactions > DELETE things (1)",
    "transactions > COMMIT",
    "transactions > BEGIN",
    "transactions > SELECT !22P02",
    "transactions > ROLLBACK",
    "first > SELECT (1)",
    "first > SELECT things (1)",
    "second > SELECT (1)",
    "second > SELECT things (1)",
  ],
});
