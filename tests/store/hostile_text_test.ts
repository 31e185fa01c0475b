/**
 * Text that means something to SQL, to a shell or to a file system: what goes
 * into DuckDB comes out, and what names a recording names that one.
 */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DuckDBInstance } from "@duckdb/node-api";
import fc from "fast-check";
import { matchesGlob, parseGlob, quoteGlob } from "../../src/model/glob.ts";
import { matchesKey, parseSelector, selectorOf } from "../../src/model/selector.ts";
import { SCOPES } from "../../src/model/span.ts";
import { attributeFilter } from "../../src/store/reader/attribute_filter.ts";
import { openRecording } from "../../src/store/reader/open.ts";
import { parseRecordingName } from "../../src/store/reader/recording_path.ts";
import { readRows } from "../../src/store/rows.ts";
import { quoteName, quoteString } from "../../src/store/schema.ts";
import { withFolder } from "../helpers/processes.ts";
import { checkProperty } from "../helpers/properties.ts";
import { testRun } from "../helpers/run_info.ts";
import { openTestWriter, OUTPUTS, TEST_END, testRing } from "../helpers/test_writer.ts";

const loaded = fc.constantFrom(
  ..."' '' \" \"\" ; -- /* */ \\ \\' % _ * [1] ? { } $1 $ : # ~ / ~0 ~1 . .. - =".split(" "),
  ...["\n", "\r\n", "\t", " ", "ü", "😀", "\u202e", "\x1b[2J", "'; DROP TABLE spans; --", "NULL"],
  ...["http.server:", "{a=b}", "$.a", "a,b", "COPY", "x".repeat(300)],
);
/** Any text that a file or an argument can have: no NUL, no half of a pair. */
const text = fc.array(fc.oneof(loaded, fc.string({ unit: "binary", maxLength: 8 })), {
  maxLength: 6,
}).map((parts) => parts.join("").replaceAll("\0", "").toWellFormed());

async function withDatabase(
  use: (rows: (sql: string) => Promise<unknown[][]>) => Promise<void>,
): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await use((sql) => readRows(connection, sql));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test("quoteString() and quoteName() are what DuckDB reads back (property)", () =>
  withDatabase((rows) =>
    checkProperty(
      fc.asyncProperty(text, text, async (value, name) => {
        assert.deepEqual(await rows(`SELECT ${quoteString(value)}`), [[value]]);
        if (name === "") return;
        await rows(`CREATE OR REPLACE TABLE t (${quoteName(name)} VARCHAR)`);
        const [[column]] = await rows(
          "SELECT column_name FROM duckdb_columns() WHERE table_name = 't'",
        ) as [[string]];
        assert.equal(column, name);
      }),
      { numRuns: 150 },
    )
  ));

test("an attribute filter means in SQL what it means elsewhere (property)", () =>
  withDatabase(async (rows) => {
    await rows("CREATE TABLE spans (attributes VARCHAR)");
    const value = fc.oneof(text, fc.integer().map(String));
    // Patterns that fit now and then, beside any.
    const pattern = fc.oneof(
      value,
      fc.constant("*"),
      fc.tuple(text, text).map((ab) => ab.join("*")),
    );
    await checkProperty(
      fc.asyncProperty(text, value, fc.option(pattern), async (key, content, given) => {
        const wanted = given ?? quoteGlob(content);
        const json = quoteString(JSON.stringify({ other: 1, [key]: content }));
        await rows("DELETE FROM spans");
        await rows(`INSERT INTO spans VALUES (${json}), (NULL), ('no JSON')`);
        const found = await rows(
          `FROM spans WHERE ${attributeFilter([{ key, value: wanted }])}`,
        );
        assert.equal(found.length === 1, matchesGlob(parseGlob(wanted), content));
      }),
      { numRuns: 150 },
    );
  }));

test("a selector made of a name selects that name and no other (property)", () => {
  const key = fc.record({ name: text, scope: fc.constantFrom(...SCOPES, "unknown") });
  checkProperty(
    fc.property(key, key, fc.boolean(), (span, other, scoped) => {
      fc.pre(span.name !== "");
      const selector = parseSelector(selectorOf(span, { scoped }));
      assert.ok(matchesKey(selector, span), `"${selector.text}" does not select "${span.name}"`);
      assert.deepEqual(selector.attributes, []);
      if (other.name !== span.name) assert.ok(!matchesKey(selector, other));
    }),
    { numRuns: 1_000 },
  );
});

test("any selector is read or refused as one (property)", () => {
  checkProperty(
    fc.property(text, text, (selector, name) => {
      try {
        const parsed = parseSelector(selector);
        matchesKey(parsed, { name, scope: "manual" });
        attributeFilter(parsed.attributes);
      } catch (error) {
        assert.ok(error instanceof SyntaxError, String(error));
      }
    }),
    { numRuns: 1_000 },
  );
});

test("parseRecordingName() takes a path apart and changes none of it (property)", () => {
  checkProperty(
    fc.property(text, fc.integer({ min: 1, max: 999 }), (path, n) => {
      const named = parseRecordingName(`${path}#${n}`);
      if (path === "") assert.deepEqual(named, { path: `#${n}` });
      else assert.deepEqual(named, { path, run: String(n) });
      const { path: whole, run } = parseRecordingName(path);
      assert.equal(run === undefined ? whole : `${whole}#${run}`, path);
    }),
    { numRuns: 500 },
  );
});

for (const [kind, ending] of Object.entries(OUTPUTS)) {
  test(`a recording (${kind}) may be called anything, twice over (property)`, () =>
    checkProperty(
      // A part of a path: at most 255 bytes, of which a partial's name needs some.
      fc.asyncProperty(text, text, (folderName, spanName) =>
        withFolder({}, async (folder) => {
          const part = folderName.replaceAll("/", "_").slice(0, 30);
          const place = join(folder, `f${part}`);
          mkdirSync(place);
          const out = `${place}/-${part}${ending}`;
          for (const n of [1, 2]) {
            const ring = testRing();
            const run = { ...testRun(), runId: crypto.randomUUID(), command: spanName };
            const writer = await openTestWriter(out, [ring], { run });
            ring.producer.span({ name: `n${spanName}`, attributes: { [spanName]: spanName } });
            const report = await writer.finish(TEST_END);
            assert.deepEqual(report.problems, []);
            assert.equal(report.n, n);
          }
          for (const named of [out, `${out}#1`]) {
            const reader = await openRecording(named);
            const [span] = await reader.spans().totals();
            assert.equal(reader.run.command, spanName);
            assert.equal(span!.name, `n${spanName}`);
            const where = [{ key: spanName, value: quoteGlob(spanName) }];
            const [row] = await reader.spans({ where }).totals();
            assert.equal(row?.count, 1);
            reader.close();
          }
        })),
      { numRuns: kind === "duckdb" ? 2 : 1 },
    ));
}
