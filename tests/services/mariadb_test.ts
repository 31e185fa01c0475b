import { after, before } from "node:test";
import { testClient } from "./client_tests.ts";
import { type DatabaseServer, startMariadb, startPostgres } from "./servers.ts";

let mariadb: DatabaseServer;
let postgres: DatabaseServer;
before(async () => {
  // One after the other, so that what goes wrong with the first leaves no second.
  mariadb = await startMariadb();
  postgres = await startPostgres();
});
after(() => Promise.all([mariadb?.stop(), postgres?.stop()]));

testClient({
  program: "mysql2",
  args: () => [String(mariadb.port)],
  attributes: () => ({
    "server.address": "127.0.0.1",
    "server.port": mariadb.port,
  }),
  chance: /^(?:first|second) > mysql2\.pool\.connect$/,
  texts: [
    "insert into users values (?)",
    "select * from users where name = ?",
    "selec ?",
  ],
  expected: [
    "mysql2.pool.connect",
    "SELECT (1)",
    "queries > CREATE DATABASE (0)",
    "queries > DROP TABLE users; CREATE TABLE users",
    "queries > INSERT users (2)",
    "queries > SELECT users (2)",
    "queries > SELECT",
    "queries > mysql !1064",
    "queries > mysql !1064",
    "queries > INSERT users !1062",
    "queries > INSERT users !1062",
    "queries > SELECT users (2)",
    "queries > START TRANSACTION (0)",
    "queries > UPDATE users (1)",
    "queries > COMMIT (0)",
    "callbacks > SELECT (1)",
    "callbacks > SELECT (1)",
    "callbacks > SELECT !1054",
    "callbacks > SELECT users (2)",
    "callbacks > SELECT users (2)",
    "callbacks > SELECT !1054",
    "first > SELECT users (1)",
    "first > SELECT (1)",
    "first > SELECT users (0)",
    "second > SELECT users (1)",
    "second > SELECT (1)",
    "second > SELECT users (0)",
  ],
});

testClient({
  program: "bun_sql",
  runtimes: ["bun"],
  args: () => [String(postgres.port), String(mariadb.port)],
  texts: [
    "select * from bun_things where name = $1 and id in (?)",
    'create table "bun_things" (id int primary key, name text)',
    "select ? as x, ? as y",
  ],
  expected: [
    "SELECT nowhere !42P01",
    "SELECT (1)",
    "queries > DROP TABLE bun_things (0)",
    "queries > CREATE TABLE bun_things (0)",
    "queries > INSERT bun_things (2)",
    "queries > SELECT bun_things (1)",
    "queries > SELECT bun_things (2)",
    "queries > SELECT bun_things (1)",
    "queries > INSERT bun_things !23505",
    "queries > SELECT; SELECT",
    "transactions > BEGIN (0)",
    "transactions > UPDATE bun_things (1)",
    "transactions > SAVEPOINT (0)",
    "transactions > SELECT bun_things (2)",
    "transactions > RELEASE (0)",
    "transactions > DELETE bun_things (1)",
    "transactions > COMMIT (0)",
    "transactions > BEGIN (0)",
    "transactions > SELECT !22P02",
    "transactions > ROLLBACK (0)",
    "first > SELECT (1)",
    "first > SELECT bun_things (1)",
    "second > SELECT (1)",
    "second > SELECT bun_things (1)",
    "others > SELECT (1)",
    "others > SELECT nowhere !1146",
    "others > CREATE TABLE t (0)",
    "others > INSERT t (2)",
    "others > SELECT t (2)",
  ],
});

testClient({
  program: "orms",
  args: () => [String(postgres.port), String(mariadb.port)],
  texts: ['select "id", "name" from "orders" where "orders"."name" = $1'],
  expected: [
    "drizzle > pg.pool.connect",
    "drizzle > DROP TABLE orders; CREATE TABLE orders",
    "drizzle > INSERT orders (2)",
    "drizzle > SELECT orders (1)",
    "drizzle > BEGIN",
    "drizzle > UPDATE orders (1)",
    "drizzle > COMMIT",
    "pg.pool.connect > pg.connect",
    "kysely > mysql2.pool.connect",
    "kysely > CREATE TABLE pets (0)",
    "kysely > INSERT pets (1)",
    "kysely > SELECT pets (1)",
  ],
});
