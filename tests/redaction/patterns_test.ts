import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRedactionPatterns, withoutMatches } from "../../src/redaction/patterns.ts";

test("parseRedactionPatterns() says what is wrong with a pattern", () => {
  const mistakes = {
    "": 'Cannot redact "": it fits every name',
    "*": 'Cannot redact "*": it fits every name',
    "/abc": 'Cannot redact "/abc": a regular expression ends with a slash, as in /acme-\\d+/i',
    "/a/q": 'Cannot redact "/a/q": expected flags among g, i, m, s, u and v',
    "/x*/": 'Cannot redact "/x*/": it fits the empty text',
    "//": 'Cannot redact "//": it fits the empty text',
  };
  for (const [pattern, message] of Object.entries(mistakes)) {
    assert.throws(() => parseRedactionPatterns([pattern]), {
      name: "SyntaxError",
      message,
    });
  }
  assert.throws(
    () => parseRedactionPatterns(["/(/"]),
    /^SyntaxError: Cannot redact "\/\(\/": \S/,
  );
});

test("withoutMatches() takes out all that the expressions find", () => {
  const { values } = parseRedactionPatterns(["/acme-\\d+/i", "/RED/"]);
  assert.equal(
    withoutMatches(values, "ACME-1 and acme-22 in RED"),
    "REDACTED and REDACTED in REDACTED",
  );
});
