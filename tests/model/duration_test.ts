import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { formatDuration, parseDuration } from "../../src/model/duration.ts";
import { checkProperty } from "../helpers/properties.ts";

describe("parseDuration()", () => {
  it("reads numbers with units, and several of them", () => {
    const cases: [string, number][] = [
      ["10ns", 10],
      ["250us", 250_000],
      ["250µs", 250_000],
      ["250μs", 250_000],
      ["1.5ms", 1_500_000],
      [".5ms", 500_000],
      ["2s", 2e9],
      ["200 ms", 200e6],
      ["1m30s", 90e9],
      ["1h 30m", 5400e9],
      ["0", 0],
    ];
    for (const [text, ns] of cases) assert.equal(parseDuration(text), ns, text);
  });

  it("takes a bare number for milliseconds", () => {
    assert.equal(parseDuration("200"), 200e6);
    assert.equal(parseDuration("0.1"), 100_000);
  });

  it("gives whole nanoseconds", () => {
    assert.equal(parseDuration("1.1ms"), 1_100_000);
    assert.equal(parseDuration("0.6ns"), 1);
  });

  it("refuses what is none", () => {
    for (const text of ["", "ms", "abc", "1.2.3s", "1s2", "10%", "1e3ms", "--format", "1,5ms"]) {
      assert.throws(() => parseDuration(text), SyntaxError, text);
    }
    assert.throws(() => parseDuration("12 parsecs"), /"parsecs" is not one of ns, us, ms, s, m, h/);
    assert.throws(() => parseDuration("-5ms"), /it is negative/);
  });

  it("reads 104 days and refuses 105", () => {
    assert.equal(parseDuration(`${104 * 24}h`), 104 * 24 * 3600e9);
    assert.throws(() => parseDuration(`${105 * 24}h`), /longer than 104 days/);
  });
});

describe("formatDuration()", () => {
  it("prints three significant digits", () => {
    const cases: [number, string][] = [
      [0, "0ns"],
      [0.25, "0.25ns"],
      [1, "1ns"],
      [12.34, "12.3ns"],
      [999, "999ns"],
      [1000, "1.00us"],
      [1234, "1.23us"],
      [12_345, "12.3us"],
      [123_456, "123us"],
      [1e6, "1.00ms"],
      [1e9, "1.00s"],
      [59.9e9, "59.9s"],
      [60e9, "1m00s"],
      [90e9, "1m30s"],
      [7500e9, "2h05m"],
      [-1500, "-1.50us"],
    ];
    for (const [ns, text] of cases) assert.equal(formatDuration(ns), text);
  });

  it("rounds up into the next unit", () => {
    assert.equal(formatDuration(999.6), "1.00us");
    assert.equal(formatDuration(999_499), "999us");
    assert.equal(formatDuration(999_500), "1.00ms");
    assert.equal(formatDuration(59.96e9), "1m00s");
    assert.equal(formatDuration(3599.6e9), "1h00m");
  });

  it("can be read again, to within what three digits hold (property)", () => {
    checkProperty(
      fc.property(fc.double({ min: 1, max: 3e14, noNaN: true }), (ns) => {
        const again = parseDuration(formatDuration(ns));
        // A nanosecond is the least that can be read, and seconds of a minute are whole.
        assert.ok(Math.abs(again - ns) <= Math.max(1, ns * 0.0084), `${ns} became ${again}`);
      }),
      { numRuns: 500 },
    );
  });

  it("never gets shorter when the duration gets longer (property)", () => {
    const ns = fc.integer({ min: 1, max: 2 ** 48 });
    checkProperty(fc.property(ns, fc.integer({ min: 0, max: 1e9 }), (a, more) => {
      assert.ok(parseDuration(formatDuration(a)) <= parseDuration(formatDuration(a + more)));
    }));
  });
});
