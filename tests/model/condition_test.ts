import assert from "node:assert/strict";
import { test } from "node:test";
import { describeCondition, parseCondition } from "../../src/model/condition.ts";

test("parseCondition() reads attributes, fields and durations", () => {
  const cases: [string, object][] = [
    ["db.system.name=postgresql", { key: "db.system.name", operator: "=", value: "postgresql" }],
    ["url.path = /a b*", { key: "url.path", operator: "=", value: "/a b*" }],
    ['k = " x = y "', { key: "k", operator: "=", value: " x = y " }],
    ["k = 'it is'", { key: "k", operator: "=", value: "it is" }],
    ["k = 'it\"", { key: "k", operator: "=", value: "'it\"" }],
    ["k == 5", { key: "k", operator: "=", value: "5" }],
    ["k >= '5'", { key: "k", operator: ">=", value: "5" }],
    ["k =", { key: "k", operator: "=", value: "" }],
    ["http.response.status_code >= 500", {
      key: "http.response.status_code",
      operator: ">=",
      value: "500",
    }],
    ["status != ok", { key: "status", operator: "!=", value: "ok", isField: true }],
    ["attributes.status = ok", { key: "status", operator: "=", value: "ok" }],
    ["duration>1.5ms", { key: "duration", operator: ">", value: "1500000", isField: true }],
  ];
  for (const [text, condition] of cases) {
    assert.deepEqual({ ...parseCondition(text) }, condition, text);
  }
});

test("parseCondition() says what it cannot read", () => {
  assert.throws(() => parseCondition("status"), /expected <attribute> =\|!=/);
  assert.throws(() => parseCondition("= 5"), /expected <attribute>/);
  assert.throws(() => parseCondition("size > large"), /"large" is not a number/);
  assert.throws(() => parseCondition("duration > long"), /Cannot read duration "long"/);
});

test("describeCondition() writes what parseCondition() reads", () => {
  for (const text of ["a = b*", "duration > 1.50ms", "status != ok"]) {
    assert.equal(describeCondition(parseCondition(text)), text);
  }
});
