import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import { secrecyOf } from "../../src/model/secret_names.ts";
import { Redactor } from "../../src/redaction/redactor.ts";

const SMALL_CHARS = 5_000;
const FACTOR = 16;
/** Linear work takes 16 times as long, quadratic work 256 times. */
const LIMIT = 100;

/** Beginnings of secrets that do not end, again and again. */
const PIECES = [
  "a://",
  "a://b:c",
  "a://b:c@",
  "://@ ",
  "password=",
  "password='",
  'password="\\',
  "token=[",
  "a=b:",
  "Authorization:",
  "'Authorization: ",
  "eyJaaaaa.",
  "eyJaaaaaeyJ.aaaaa",
  "SG.aaaaaaaaaaaaaaaaaaaa",
  "sk-a",
  "sk-",
  "xoxa-",
  "bearer ",
  "basic aaaaaa ",
  "-----BEGIN ",
  "-----BEGIN RSA PRIVATE ",
  "mysql -p",
  'mysql "\\',
  "mysql '\"",
  " --password",
  " -",
  "REDACTED",
  '{"password":',
  "[",
  '[{"a":',
  "aA",
  "key_",
  "?code=&",
  "%",
  "\u{1f600}=",
];

/** Of this process, so that what else the machine does is not in it. */
function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function timeOf(redactor: Redactor, text: string): number {
  const times = [1, 2].map(() =>
    cpuMs(() => {
      redactor.text(text);
      redactor.json(text, "k");
      redactor.arguments(text, [text]);
    })
  );
  return Math.max(2, Math.min(...times));
}

function repeated(piece: string, chars: number): string {
  return `mysql -u ://@ token ${piece.repeat(Math.ceil(chars / piece.length))}`;
}

test("taking secrets out takes time linear in the text", () => {
  const redactor = new Redactor();
  for (const piece of PIECES) {
    const smallMs = timeOf(redactor, repeated(piece, SMALL_CHARS));
    const largeMs = timeOf(redactor, repeated(piece, SMALL_CHARS * FACTOR));
    assert.ok(
      largeMs < smallMs * LIMIT,
      `${JSON.stringify(piece)}: ${smallMs} ms, then ${largeMs} ms`,
    );
  }
});

test("a text of 10 MB made of beginnings of secrets is done with", () => {
  const text = repeated(PIECES.join(""), 10_000_000);
  // Minutes, were any of it quadratic.
  assert.ok(cpuMs(() => new Redactor().text(text)) < 60_000);
});

test("a name of any length is judged in no time", () => {
  for (const piece of ["aA", "passwor", "A", "_", "1a"]) {
    assert.equal(secrecyOf(piece.repeat(5_000_000)), 0);
  }
});
