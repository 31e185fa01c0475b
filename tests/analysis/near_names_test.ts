import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nearNames } from "../../src/analysis/near_names.ts";

describe("nearNames()", () => {
  const names = ["GET /users/:id", "POST /users", "loadCart", "loadUser", "main"];

  it("puts the closest first", () => {
    assert.equal(nearNames("loadCrat", names, 1)[0], "loadCart");
    assert.equal(nearNames("LOADUSER", names, 1)[0], "loadUser");
    assert.equal(nearNames("GET /user/:id", names, 1)[0], "GET /users/:id");
  });

  it("prefers names that hold what was written", () => {
    assert.deepEqual(nearNames("users", names, 2), ["POST /users", "GET /users/:id"]);
    assert.equal(nearNames("*cart*", names, 1)[0], "loadCart");
  });

  it("gives each name once and no more than asked for", () => {
    assert.deepEqual(nearNames("x", ["a", "a", "b", "c"], 2), ["a", "b"]);
    assert.deepEqual(nearNames("x", [], 3), []);
  });

  it("answers at once for names of a megabyte", () => {
    assert.equal(nearNames("a".repeat(1e6), ["b".repeat(1e6)], 1).length, 1);
  });
});
