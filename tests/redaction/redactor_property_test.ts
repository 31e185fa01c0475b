import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ORDINARY, secrecyOf } from "../../src/model/secret_names.ts";
import { mayHoldSecret, mayTextHoldSecret } from "../../src/redaction/prefilter.ts";
import { Redactor } from "../../src/redaction/redactor.ts";
import { checkProperty } from "../helpers/properties.ts";
import { SECRET_NAMES, SECRET_TEXTS } from "../helpers/secret_examples.ts";

const redactor = new Redactor();
/** Not filtered: the pattern fits nothing. */
const unfiltered = new Redactor(["/\\u{10ffff}{9}/u"]);

/** What secrets are made of, in any order, with anything between. */
const PIECES = [
  ...[
    "://",
    "@",
    ":",
    "=",
    "'",
    '"',
    "\\",
    "{",
    "}",
    "[",
    "]",
    "&",
    "?",
    ";",
    ",",
    " ",
    "\n",
  ],
  ...[
    "password",
    "token",
    "Authorization",
    "Bearer ",
    "Basic ",
    "eyJ",
    "ghp_",
    "sk-",
    "--",
    "-p",
  ],
  ...[
    "mysql ",
    "curl -u ",
    "REDACTED",
    "-----BEGIN RSA PRIVATE KEY-----",
    "-----END ",
    "a",
    "Zz9",
  ],
];
const texts = fc.oneof(
  fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })), {
    maxLength: 30,
  })
    .map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 60 }),
);
/** A secret without anything that would end it where it is not quoted. */
const secrets = fc.stringMatching(/^[A-Za-z0-9+/_.!-]{12,40}$/).map((text) => `s3cr${text}`);
const names = fc.constantFrom(...SECRET_NAMES);
const ordinary = fc.constantFrom(
  "",
  "ok ",
  "GET /a ",
  "x=1; ",
  "naïve ",
  "{ ",
  "(",
  "a\n",
);

test("whatever the text, redacting it does not throw, and twice is as good as once (property)", () => {
  checkProperty(
    fc.property(texts, (text) => {
      const once = redactor.text(text);
      assert.equal(redactor.text(once), once);
      const json = redactor.json(
        JSON.stringify({ a: text, [text]: [text] }),
        "k",
      );
      JSON.parse(json);
      assert.equal(redactor.json(json, "k"), json);
    }),
    { numRuns: 200 },
  );
});

test("the filter changes nothing about what is found (property)", () => {
  checkProperty(
    fc.property(texts, (text) => {
      assert.equal(redactor.text(text), unfiltered.text(text));
      const bytes = new TextEncoder().encode(text);
      assert.equal(
        mayHoldSecret(bytes, 0, bytes.length),
        mayTextHoldSecret(text),
      );
    }),
    { numRuns: 200 },
  );
});

test("a secret behind its name is gone, however it is written (property)", () => {
  const forms = fc.constantFrom(
    (name: string, secret: string) => `${name}=${secret}`,
    (name: string, secret: string) => `${name}: ${secret}`,
    (name: string, secret: string) => `${name} = '${secret}'`,
    (name: string, secret: string) => JSON.stringify({ [name]: secret, b: 1 }),
    (name: string, secret: string) => JSON.stringify(JSON.stringify({ a: { [name]: secret } })),
    (name: string, secret: string) => `{ '${name}': '${secret}', b: 1 }`,
    (name: string, secret: string) => `?a=1&${name}=${secret}&b=2`,
    (name: string, secret: string) => `tool --${name} ${secret} --next`,
    (_: string, secret: string) => `https://user:${encodeURIComponent(secret)}@host/`,
    (_: string, secret: string) => `mysql -u root -p${secret} shop`,
  );
  checkProperty(
    fc.property(
      names,
      secrets,
      forms,
      ordinary,
      (name, secret, form, before) => {
        const text = redactor.text(`${before}${form(name, secret)}`);
        assert.ok(!text.includes(secret), text);
      },
    ),
    { numRuns: 400 },
  );
});

test("an example of a secret is found within any ordinary text (property)", () => {
  const examples = fc.constantFrom(...Object.entries(SECRET_TEXTS));
  checkProperty(
    fc.property(ordinary, examples, (before, [text, redacted]) => {
      const isCommand = redacted.startsWith("/") || /^[{(]/.test(before);
      if (isCommand) return;
      assert.equal(
        redactor.text(`${before}${before === "" ? "" : "\n"}${text}`).slice(
          -redacted.length,
        ),
        redacted,
      );
    }),
    { numRuns: 200 },
  );
});

test("text in which no name and no token is stays as it is (property)", () => {
  const words = fc.array(
    fc.stringMatching(/^[b-df-hj-np-z]{1,8}$/).filter((word) => secrecyOf(word) === ORDINARY),
    { maxLength: 12 },
  );
  const separators = fc.constantFrom(
    " ",
    "=",
    ": ",
    "/",
    "?",
    "&",
    ", ",
    "\n",
    '"',
    "{",
    "}",
  );
  checkProperty(
    fc.property(words, separators, (parts, separator) => {
      const text = parts.join(separator);
      assert.equal(redactor.text(text), text);
    }),
    { numRuns: 200 },
  );
});
