import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { matchesKey, parseSelector, selectorOf } from "../../src/model/selector.ts";
import { SCOPES } from "../../src/model/span.ts";
import { checkProperty } from "../helpers/properties.ts";

function matches(selector: string, name: string, scope = "manual"): boolean {
  return matchesKey(parseSelector(selector), { name, scope });
}

describe("parseSelector()", () => {
  it("takes a prefix for a scope only when ferret has such a scope", () => {
    assert.ok(matches("http.server:GET /", "GET /", "http.server"));
    assert.ok(!matches("http.server:GET /", "GET /", "http.client"));
    assert.ok(matches("GET /users/:id", "GET /users/:id", "http.server"));
    assert.ok(matches("cache:get", "cache:get"));
    assert.equal(parseSelector("cache:get").scope, undefined);
  });

  it("takes braces for attributes only when they hold key=value", () => {
    assert.deepEqual(parseSelector("GET /users/{id}").attributes, []);
    assert.ok(matches("GET /users/{id}", "GET /users/{id}"));
    const selector = parseSelector("db:*{db.system.name=postgresql, db.namespace=shop}");
    assert.deepEqual(selector.attributes, [
      { key: "db.system.name", value: "postgresql" },
      { key: "db.namespace", value: "shop" },
    ]);
    assert.equal(selector.scope, "db");
  });

  it("reads quoted values, which may hold commas and braces", () => {
    const { attributes } = parseSelector('GET /users/{id}{a="x,y",b={z}}');
    assert.deepEqual(attributes, [{ key: "a", value: "x,y" }, { key: "b", value: "{z}" }]);
  });

  it("takes a backslash for the literal character behind it", () => {
    assert.ok(matches("GET /\\*", "GET /*"));
    assert.ok(!matches("GET /\\*", "GET /users"));
    assert.ok(matches("db\\:x", "db:x", "manual"));
  });

  it("refuses a selector without a name", () => {
    for (const text of ["", "  ", "db:", "{a=b}", "db:{a=b}"]) {
      assert.throws(() => parseSelector(text), SyntaxError, text);
    }
  });

  it("refuses attributes that it cannot read", () => {
    assert.throws(() => parseSelector('x{a="b}'), /Cannot read selector.*expected \{key=value,…\}/);
    assert.throws(() => parseSelector("x{a=b,c}"), /at "c"/);
  });
});

describe("matchesKey()", () => {
  it("lets * stand for anything, also for nothing and for slashes", () => {
    assert.ok(matches("*", "anything at all"));
    assert.ok(matches("GET *", "GET /users/:id"));
    assert.ok(matches("*total", "total"));
    assert.ok(matches("a*b*c", "a-b-b-c"));
    assert.ok(!matches("a*b*c", "acb"));
    assert.ok(!matches("aa*aa", "aaa"));
    assert.ok(matches("aa*aa", "aaaa"));
  });

  it("answers at once for a pattern that would make a regular expression hang", () => {
    assert.ok(!matches("*a".repeat(50) + "b", "a".repeat(100_000)));
  });

  it("agrees with a regular expression (property)", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "*", ".", "\n"), maxLength: 12 });
    checkProperty(fc.property(text, text, (pattern, name) => {
      if (pattern.trim() !== pattern || pattern === "") return;
      const source = pattern.split("*").map((part) => part.replace(/[.]/g, "\\.")).join("[^]*");
      assert.equal(matches(pattern, name), new RegExp(`^${source}$`).test(name));
    }));
  });
});

describe("selectorOf()", () => {
  it("selects exactly its name, whatever is in it (property)", () => {
    const part = fc.oneof(
      fc.constantFrom("db:", "http.server:", "{a=b}", "{", "}", "=", "*", "\\", " ", '"', "\n"),
      fc.string({ unit: "binary", maxLength: 5 }),
    );
    const name = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
    checkProperty(
      fc.property(name, fc.constantFrom(...SCOPES), fc.boolean(), (name, scope, scoped) => {
        if (name === "") return;
        const selector = parseSelector(selectorOf({ name, scope }, { scoped }));
        assert.ok(matchesKey(selector, { name, scope }));
        assert.deepEqual(selector.name, [name]);
        assert.deepEqual(selector.attributes, []);
        assert.equal(selector.scope, scoped ? scope : undefined);
      }),
      { numRuns: 500 },
    );
  });
});
