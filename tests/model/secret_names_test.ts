import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isSecretParameter,
  ORDINARY,
  secrecyOf,
  SECRET,
  SECRET_TEXT,
} from "../../src/model/secret_names.ts";
import { ORDINARY_NAMES, SECRET_NAMES } from "../helpers/secret_examples.ts";

test("secrecyOf() finds the names of secrets", () => {
  for (const name of SECRET_NAMES) assert.equal(secrecyOf(name), SECRET, name);
});

test("secrecyOf() leaves ordinary names alone", () => {
  for (const name of ORDINARY_NAMES) assert.equal(secrecyOf(name), ORDINARY, name);
});

test("secrecyOf() takes some names for secrets only where a text follows", () => {
  for (const name of ["auth", "x.auth", "pass", "db_pass", "session", "pin"]) {
    assert.equal(secrecyOf(name), SECRET_TEXT, name);
  }
});

test("secrecyOf() judges a long name by its end", () => {
  assert.equal(secrecyOf(`${"a".repeat(1_000_000)}.password`), SECRET);
  assert.equal(secrecyOf(`password.${"a".repeat(1_000_000)}`), ORDINARY);
});

test("isSecretParameter() also finds what is secret only in a URL", () => {
  for (const name of ["code", "state", "sig", "key", "X-Amz-Signature", "%74oken", "%E0%A4%A"]) {
    assert.equal(isSecretParameter(name), true, name);
  }
  for (const name of ["postcode", "author", "page", "sort", "monkey", "statement", ""]) {
    assert.equal(isSecretParameter(name), false, name);
  }
});
