import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { withoutValues } from "../../../src/hooks/databases/error_text.ts";
import { QueryCache } from "../../../src/hooks/databases/query_cache.ts";
import { MAX_QUERY_CHARS, summarizeQuery } from "../../../src/hooks/databases/query_summary.ts";
import {
  type Dialect,
  DUCKDB,
  END,
  LENIENT_SQLITE,
  MYSQL,
  POSTGRES,
  SQLITE,
  SqlScanner,
} from "../../../src/hooks/databases/sql_tokens.ts";
import { checkProperty } from "../../helpers/properties.ts";

const DIALECTS: Record<string, Dialect> = { POSTGRES, MYSQL, SQLITE, LENIENT_SQLITE, DUCKDB };

/** Query, summary, table. */
const SUMMARIES: [string, string, string?][] = [
  ["select * from users where id = 5", "SELECT users", "users"],
  [
    'SELECT u.id FROM "users" u JOIN public.orders o ON o.u = u.id, c',
    "SELECT users public.orders c",
  ],
  ["INSERT INTO shipping_details(x) SELECT y FROM orders", "INSERT shipping_details SELECT orders"],
  ["insert into t values (1) on conflict (a) do update set b = 2", "INSERT t", "t"],
  [
    "with r as (select * from orders), s(x) as (select 1) delete from users using r",
    "SELECT orders SELECT DELETE users",
  ],
  ["update only t set a = 1 from c where t.id = c.id", "UPDATE t c"],
  ["BEGIN; UPDATE a SET b = 1; COMMIT;", "BEGIN; UPDATE a; COMMIT", "a"],
  ["CREATE TABLE IF NOT EXISTS s.foo (id int default 5)", "CREATE TABLE s.foo", "s.foo"],
  ["create unique index concurrently i on foo (a)", "CREATE INDEX foo", "foo"],
  ["create function f() returns int as $$ select 1 from x $$ language sql", "CREATE FUNCTION"],
  ["create view v as select * from t", "CREATE VIEW v SELECT t"],
  ["drop table if exists foo", "DROP TABLE foo", "foo"],
  ["START TRANSACTION READ ONLY", "START TRANSACTION"],
  ["PRAGMA journal_mode = WAL", "PRAGMA journal_mode"],
  ["select extract(year from ts), a is distinct from b from t", "SELECT t", "t"],
  ["select * from t where x in (select id from y)", "SELECT t SELECT y"],
  ["select * from generate_series(1, 2) g, t2", "SELECT t2", "t2"],
  ["(select 1 from a) union (select 2 from b)", "SELECT a SELECT b"],
  ["merge into t using s on t.id = s.id when matched then update set a = 1", "MERGE t s"],
  ["/* hint */ select 1 from t for update", "SELECT t", "t"],
  ["explain analyze select * from a", "EXPLAIN SELECT a", "a"],
  ["copy t from stdin", "COPY t", "t"],
  ["call refresh_all(1)", "CALL refresh_all"],
  ["savepoint s1", "SAVEPOINT"],
  ["truncate table a", "TRUNCATE a", "a"],
  ["", ""],
  ["no query at all", ""],
];

test("summarizeQuery() names the operations and their tables", () => {
  for (const [query, summary, collection] of SUMMARIES) {
    const found = summarizeQuery(query, POSTGRES);
    assert.equal(found.summary, summary, query);
    assert.equal(found.collection, collection, query);
  }
});

test("summarizeQuery() has the main operation of a query that begins with others", () => {
  const operations = SUMMARIES.map(([query]) => summarizeQuery(query, POSTGRES).operation);
  assert.equal(operations[4], "DELETE");
  assert.equal(operations[7], "CREATE TABLE");
  assert.equal(operations[17], "SELECT");
});

test("summarizeQuery() replaces literals and lists of values", () => {
  const hidden = (query: string, dialect = POSTGRES) => summarizeQuery(query, dialect).text;
  assert.equal(
    hidden("select  'a''b', E'it\\'s', 1e-5, 0xff, .5, a1, x::int -- c\nfrom t /* 'd' /* */ */ ;"),
    "select ?, ?, ?, ?, ?, a1, x::int from t ;",
  );
  assert.equal(hidden("select $tag$ x $ y $tag$, $1, :name"), "select ?, $1, :name");
  assert.equal(hidden("a in (1, $2, 'x') and b in (select 1)"), "a in (?) and b in (select ?)");
  assert.equal(hidden("values (1, NULL), (-2, DEFAULT), ($1, 'x') x"), "values (?) x");
  assert.equal(hidden("values (1, now()), (2, now())"), "values (?, now()), (?, now())");
  assert.equal(
    hidden('select "a" from `b` where c = "d\\"e" # f', MYSQL),
    "select ? from `b` where c = ?",
  );
  assert.equal(hidden("select 5--3 -- 'x'", MYSQL), "select ?--?");
  assert.equal(hidden("select 5--# x", MYSQL), "select ?--");
  assert.equal(hidden("select 5--# x\n3", MYSQL), "select ?--?");
  assert.equal(hidden('select ?1, [a 1], "b"', SQLITE), 'select ?, [a 1], "b"');
  assert.equal(
    hidden('select "id" from "users" u where u."name" = "Bob"', LENIENT_SQLITE),
    'select ? from "users" u where u."name" = ?',
  );
});

test("summarizeQuery() hides the rest where a quote may mean two things", () => {
  assert.equal(summarizeQuery("select 'a\\' || secret || 'b'", POSTGRES).text, "select ?");
  assert.equal(summarizeQuery("select 'never ends", POSTGRES).text, "select ?");
  assert.equal(summarizeQuery('select "never ends', POSTGRES).text, "select ?");
  assert.equal(summarizeQuery("select /* never ends", POSTGRES).text, "select");
});

test("summarizeQuery() keeps its answers short", () => {
  const { summary, text } = summarizeQuery(
    `select * from ${Array.from({ length: 500 }, (_, i) => `table${i}`).join(", ")}`,
    POSTGRES,
  );
  assert.ok(summary.length <= 255 && /^SELECT table0 .* table\d+$/.test(summary));
  assert.ok(text.length <= MAX_QUERY_CHARS + 1);
});

/** A literal whose content would be found in the text, and what is around it. */
function literalOf(dialect: Dialect): fc.Arbitrary<string> {
  const content = fc.string({
    unit: fc.constantFrom("S", "3", " ", "''", "--", "/*", "*/", "$", ";", "(", '"', "`"),
  }).map((text) => `S3CR3T${text}S3CR3T`);
  const inQuotes = content.map((text) => `'${text}'`);
  const kinds = [inQuotes, fc.integer({ min: 0 }).map((n) => `777${n}`)];
  if (dialect.isPostgres) {
    kinds.push(content.map((text) => `$x$${text}$x$`), content.map((text) => `E'\\'${text}'`));
  }
  if (dialect.isMysql) {
    kinds.push(
      content.map((text) => `"${text.replaceAll('"', '""')}"`),
      content.map((text) => `'\\'${text}\\\\'`),
    );
  }
  return fc.oneof(...kinds);
}

for (const [name, dialect] of Object.entries(DIALECTS)) {
  test(`summarizeQuery() lets no literal of ${name} through (property)`, () => {
    const word = fc.constantFrom(
      "select",
      "from t",
      "where a =",
      "in (",
      ")",
      ",",
      "and",
      "insert into t values (",
      "-- x\n",
      "/* x */",
      "a.b",
      "::int",
      "+",
      "$1",
      "?",
    );
    const part = fc.oneof(word, literalOf(dialect));
    checkProperty(fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const found = summarizeQuery(parts.join(" "), dialect);
      for (const text of [found.text, found.summary, found.collection ?? ""]) {
        assert.ok(!text.includes("S3CR3T") && !text.includes("777"), text);
      }
    }));
  });

  test(`summarizeQuery() of a hidden text of ${name} is the same again (property)`, () => {
    const unit = fc.constantFrom(
      ..."aE1'\"`$?[](),.;:-+/*#@ \\\n",
      "select ",
      "from t ",
      " in (",
      "values (",
    );
    checkProperty(
      fc.property(fc.string({ unit, maxLength: 60 }), (query) => {
        const once = summarizeQuery(query, dialect).text;
        assert.equal(summarizeQuery(once, dialect).text, once);
        assert.ok(once.length <= query.length);
      }),
      { numRuns: 500 },
    );
  });
}

test("SqlScanner takes a time that grows with the length alone", () => {
  const hostile = ["'", '"', "$a$", "/*", "--", "(", "E'\\", "-", "[", "`", "1e", "a.", "$", "\\'"];
  for (const piece of hostile) {
    const query = piece.repeat(2 ** 18 / piece.length);
    const startedMs = performance.now();
    for (const dialect of Object.values(DIALECTS)) {
      const scanner = new SqlScanner(query, dialect);
      while (scanner.next() !== END);
    }
    const elapsedMs = performance.now() - startedMs;
    // Five texts of a quarter MiB: what is quadratic takes minutes.
    assert.ok(elapsedMs < 5000, `${piece}: ${elapsedMs} ms`);
  }
});

test("summarizeQuery() of hostile texts ends soon", () => {
  for (const piece of ["((1),", "in (1,", "values (1),(", "select from ", "with a as (", "a,"]) {
    const startedMs = performance.now();
    for (let i = 0; i < 20; i++) summarizeQuery(piece.repeat(2 ** 14), POSTGRES);
    assert.ok(performance.now() - startedMs < 5000, piece);
  }
});

test("QueryCache gives texts that differ in literals the same summary", () => {
  const cache = new QueryCache(POSTGRES);
  assert.equal(cache.get("select 1"), cache.get("select 2"));
  const texts = Array.from({ length: 3000 }, (_, i) => `select ${i} from t${i % 7}`);
  const summaries = new Set(texts.map((text) => cache.get(text)));
  assert.equal(summaries.size, 7);
  assert.equal(cache.get(undefined).summary, "");
});

test("withoutValues() keeps nothing that a message quotes", () => {
  const kept: [string, string][] = [
    [
      'duplicate key value violates unique constraint "t_pkey"',
      "duplicate key value violates unique constraint ?",
    ],
    ["Duplicate entry 'o'brien' for key 'PRIMARY'", "Duplicate entry ?"],
    ['invalid input syntax for type integer: "a"b"', "invalid input syntax for type integer: ?"],
    [
      "Could not convert string 'x' to INT32\n\nLINE 1: select 'x'::int",
      "Could not convert string ? to INT?",
    ],
    ["UNIQUE constraint failed: t.a", "UNIQUE constraint failed: t.a"],
    ["connect ECONNREFUSED 127.0.0.1:5432", "connect ECONNREFUSED ?.?.?.?:?"],
    ["it isn", "it isn"],
    ["near '", "near ?"],
    ["", ""],
  ];
  for (const [message, text] of kept) assert.equal(withoutValues(message), text);
});
