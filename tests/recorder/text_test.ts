/** UTF-8 by hand against the runtime's own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { toText, truncateUtf8, utf8Length, writeUtf8 } from "../../src/recorder/text.ts";
import { checkProperty } from "../helpers/properties.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });
// Any UTF-16, lone surrogates included, and enough ASCII to reach both ways of writing.
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(fc.integer({ min: 0xd700, max: 0xe100 }), { maxLength: 30 })
    .map((units) => String.fromCharCode(...units)),
  fc.string({ maxLength: 130 }),
);

test("utf8Length() and writeUtf8() do what TextEncoder does (property)", () => {
  checkProperty(fc.property(anyText, (text) => {
    const expected = encoder.encode(text);
    assert.equal(utf8Length(text), expected.length);
    const target = new Uint8Array(new SharedArrayBuffer(expected.length + 16)).fill(7);
    writeUtf8(target, 8, text, expected.length);
    assert.deepEqual(target.slice(8, -8), expected);
    assert.deepEqual([...target.slice(0, 8), ...target.slice(-8)], Array(16).fill(7));
  }));
});

test("truncateUtf8() keeps whole characters, and as many as fit but for two (property)", () => {
  checkProperty(fc.property(anyText, fc.integer({ min: 0, max: 300 }), (text, maxBytes) => {
    const cut = truncateUtf8(text, maxBytes);
    const bytes = utf8Length(cut);
    assert.ok(text.startsWith(cut));
    assert.ok(bytes <= maxBytes);
    if (utf8Length(text) <= maxBytes) assert.equal(cut, text);
    else assert.ok(bytes >= maxBytes - 12, `${bytes} of ${maxBytes} bytes are used`);
    // A lone surrogate may be the last; half of a pair may not.
    const pair = text.slice(cut.length - 1, cut.length + 1);
    assert.ok(!/^[\ud800-\udbff][\udc00-\udfff]$/.test(pair), "no pair is cut in half");
  }));
});

test("truncateUtf8() is quick with 10 MB", () => {
  for (const unit of ["a", "€", "😀"]) {
    const text = unit.repeat(10_000_000 / unit.length);
    const cut = truncateUtf8(text, 65_536);
    assert.ok(utf8Length(cut) <= 65_536 && utf8Length(cut) > 65_520);
    decoder.decode(encoder.encode(cut));
  }
});

test("toText() takes anything", () => {
  assert.equal(toText("a"), "a");
  assert.equal(toText(undefined), "undefined");
  assert.equal(toText(Symbol("s")), "Symbol(s)");
  assert.equal(toText(Object.create(null)), "");
  assert.equal(
    toText({
      toString() {
        throw new Error("hostile");
      },
    }),
    "",
  );
});
