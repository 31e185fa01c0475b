import assert from "node:assert/strict";
import { test } from "node:test";
import { mayHoldSecret, mayTextHoldSecret } from "../../src/redaction/prefilter.ts";
import { SECRET_NAMES, SECRET_TEXTS } from "../helpers/secret_examples.ts";

test("the filter lets no secret through", () => {
  for (const text of [...SECRET_NAMES, ...Object.keys(SECRET_TEXTS)]) {
    assert.equal(mayTextHoldSecret(text), true, text);
    const bytes = new TextEncoder().encode(text);
    assert.equal(mayHoldSecret(bytes, 0, bytes.length), true, text);
  }
});

test("the filter spares most ordinary texts the closer look", () => {
  for (
    const text of [
      "GET",
      "/users/12345/orders",
      "SELECT users",
      "localhost",
      "127.0.0.1",
      "postgresql",
      "hello world",
      "2026-01-01T00:00:00Z",
      "/srv/data/file-17.json",
    ]
  ) {
    assert.equal(mayTextHoldSecret(text), false, text);
  }
});

test("mayHoldSecret() looks at the bytes it is given and no others", () => {
  const bytes = new TextEncoder().encode("password or not");
  assert.equal(mayHoldSecret(bytes, 9, bytes.length), false);
  assert.equal(mayHoldSecret(bytes, 0, 2), false);
});
