/** What there is to draw of a row: all that can be seen, and little more. */
import { strict as assert } from "node:assert";
import { test } from "node:test";
import fc from "fast-check";
import { findAt, firstAbove, toRows, walkRow } from "../../src/report/client/slice_rows.ts";
import { checkProperty } from "../helpers/properties.ts";

/** A row of slices that do not overlap: gaps and lengths by turns. */
const ROW = fc.array(fc.tuple(fc.nat(30), fc.nat(30)), { minLength: 1, maxLength: 80 }).map(
  (pieces) => {
    const starts: number[] = [];
    const ends: number[] = [];
    let at = 0;
    for (const [gap, length] of pieces) {
      starts.push(at += gap);
      ends.push(at += length);
    }
    return toRows({ starts, ends, rowOf: starts.map(() => 0) }, [0])[0]!;
  },
);

const VIEW = fc.record({
  from: fc.double({ min: -50, max: 2000, noNaN: true }),
  scale: fc.double({ min: 0.001, max: 50, noNaN: true }),
  width: fc.integer({ min: 1, max: 500 }),
});

test("walkRow() shows every slice in the view once, wide ones by themselves (property)", () => {
  checkProperty(fc.property(ROW, VIEW, (row, view) => {
    const seen: number[] = [];
    let calls = 0;
    walkRow(row, view, {
      slice(item, x0, x1) {
        calls++;
        assert.ok(x1 - x0 >= 1);
        seen.push(item);
      },
      narrow(_, from, to) {
        calls++;
        for (let i = from; i < to; i++) {
          assert.ok((row.ends[i]! - row.starts[i]!) * view.scale < 1);
          seen.push(row.items[i]!);
        }
      },
    });
    const end = view.from + view.width / view.scale;
    const expected = [...row.items].filter((_, i) =>
      row.ends[i]! > view.from && row.starts[i]! < end
    );
    // Within the last pixel there may be more.
    assert.deepEqual(seen.slice(0, expected.length), expected);
    assert.ok(calls <= 2 * view.width + 2);
  }));
});

test("firstAbove() is what a linear search finds (property)", () => {
  const rising = fc.array(fc.nat(100), { maxLength: 50 }).map((all) =>
    Float64Array.from(all.toSorted((a, b) => a - b))
  );
  checkProperty(
    fc.property(rising, fc.integer({ min: -1, max: 101 }), fc.nat(50), (values, limit, from) => {
      const start = Math.min(from, values.length);
      const found = values.findIndex((value, i) => i >= start && value > limit);
      assert.equal(firstAbove(values, limit, start), found < 0 ? values.length : found);
    }),
  );
});

test("findAt() finds the slice at a place and none in a gap", () => {
  const [row] = toRows({ starts: [0, 20], ends: [10, 30], rowOf: [0, 0] }, [0]);
  assert.equal(findAt(row!, 5, 0), 0);
  assert.equal(findAt(row!, 15, 0), -1);
  assert.equal(findAt(row!, 19, 1), 1);
  assert.equal(findAt(row!, 31, 0), -1);
});
