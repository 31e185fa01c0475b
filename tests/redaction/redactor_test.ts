import assert from "node:assert/strict";
import { test } from "node:test";
import { Redactor } from "../../src/redaction/redactor.ts";
import {
  ORDINARY_NAMES,
  ORDINARY_TEXTS,
  SECRET_NAMES,
  SECRET_TEXTS,
} from "../helpers/secret_examples.ts";

test("Redactor.text() takes secrets out and leaves the rest", () => {
  const redactor = new Redactor();
  for (const [text, redacted] of Object.entries(SECRET_TEXTS)) {
    assert.equal(redactor.text(text), redacted);
  }
});

test("Redactor.text() leaves what it has made as it is", () => {
  const redactor = new Redactor();
  for (const redacted of Object.values(SECRET_TEXTS)) {
    assert.equal(redactor.text(redacted), redacted);
  }
});

test("Redactor.text() leaves ordinary texts alone", () => {
  const redactor = new Redactor();
  for (const text of ORDINARY_TEXTS) assert.equal(redactor.text(text), text);
  for (const name of ORDINARY_NAMES) assert.equal(redactor.text(name), name);
  assert.equal(redactor.count, 0);
});

test("Redactor.json() takes secrets out of members, also deep ones", () => {
  const redactor = new Redactor();
  const json = (value: unknown) => JSON.parse(redactor.json(JSON.stringify(value), "k")) as unknown;
  assert.deepEqual(
    json({
      password: "hunter2",
      cvv: 123,
      has: { password: true, token: null, secret: "" },
      api: { key: "hunter2" },
      session: { id: "hunter2", user: "bob" },
      tokens_used: 5,
      headers: [["Bearer abcd1234", "x"]],
      inner: JSON.stringify({ token: "hunter2", a: 1 }),
      credentials: { user: "bob" },
    }),
    {
      password: "REDACTED",
      cvv: "REDACTED",
      has: { password: true, token: null, secret: "" },
      api: { key: "REDACTED" },
      session: { id: "REDACTED", user: "bob" },
      tokens_used: 5,
      headers: [["Bearer REDACTED", "x"]],
      inner: JSON.stringify({ token: "REDACTED", a: 1 }),
      credentials: "REDACTED",
    },
  );
  assert.deepEqual(json(["password=hunter2", 1]), ["password=REDACTED", 1]);
  for (const name of SECRET_NAMES) {
    assert.deepEqual(json({ [name]: "x" }), { [name]: "REDACTED" });
  }
});

test("Redactor.json() finds secrets in JSON that is too deep to be walked", () => {
  const deep = `${'{"a":'.repeat(1000)}{"password":"hunter2"}${"}".repeat(1000)}`;
  assert.doesNotMatch(new Redactor().json(deep, "k"), /hunter2/);
});

test("Redactor.json() leaves text alone that it need not change", () => {
  const text = '{"a": 1.50, "__proto__": {"b": "\\u00e4"}, "author": "x"}';
  assert.equal(new Redactor().json(text, "k"), text);
});

test("Redactor.arguments() knows flags, pairs, variables and programs", () => {
  const redactor = new Redactor();
  assert.deepEqual(
    redactor.arguments("app.ts", [
      "--password",
      "hunter2",
      "--token=hunter 2",
      "-v",
      "--api-key",
      "--port",
      "80",
      "NPM_TOKEN=a b",
      "HOME=/root",
      "postgres://a:b@c/d",
      "-storepass",
      "hunter2",
    ]),
    [
      "--password",
      "REDACTED",
      "--token=REDACTED",
      "-v",
      "--api-key",
      "--port",
      "80",
      "NPM_TOKEN=REDACTED",
      "HOME=/root",
      "postgres://REDACTED:REDACTED@c/d",
      "-storepass",
      "REDACTED",
    ],
  );
  assert.deepEqual(
    redactor.arguments("/usr/bin/mysql", ["-phunter2", "shop"]),
    [
      "-pREDACTED",
      "shop",
    ],
  );
  assert.deepEqual(
    redactor.arguments("sh", ["-c", "mysql -phunter2 | less -p x"]),
    [
      "-c",
      "mysql -pREDACTED | less -p x",
    ],
  );
});

test("Redactor takes nothing out when it is off", () => {
  const redactor = new Redactor(false);
  for (const text of Object.keys(SECRET_TEXTS)) {
    assert.equal(redactor.text(text), text);
  }
  assert.equal(redactor.value("password", "hunter2"), "hunter2");
  assert.deepEqual(redactor.arguments("a", ["--password", "x"]), [
    "--password",
    "x",
  ]);
  assert.equal(redactor.json('{"password":"x"}', "k"), '{"password":"x"}');
});

test("Redactor uses the patterns of the user", () => {
  const redactor = new Redactor(["customer.*", "*_no", "/ACME-\\d+/i"]);
  assert.equal(redactor.value("Customer.name", "bob"), "REDACTED");
  assert.equal(redactor.value("order_no", "7"), "REDACTED");
  assert.equal(redactor.value("customers", "7"), "7");
  assert.equal(redactor.text("order acme-12 of bob"), "order REDACTED of bob");
  assert.equal(redactor.text("order_no=12;x=1"), "order_no=REDACTED;x=1");
  assert.equal(
    redactor.json('{"customer":{"name":"bob"},"a":"ACME-1"}', "k"),
    '{"customer":{"name":"REDACTED"},"a":"REDACTED"}',
  );
  assert.equal(redactor.value("password", "x"), "REDACTED");
});

test("Redactor.count tells how many values something was taken out of", () => {
  const redactor = new Redactor();
  redactor.text("password=a token=b");
  redactor.value("secret", "x");
  redactor.json('{"password":"a","token":"b"}', "k");
  redactor.text("nothing");
  // Done in the program.
  redactor.text("http://REDACTED:REDACTED@h/");
  assert.equal(redactor.count, 4);
});
