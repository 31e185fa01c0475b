/**
 * Which side of a round runs first. Two rounds after one another have both
 * orders, so that a machine that gets slower and slower favours no side; which
 * of the two comes first is drawn, so that no rhythm of the machine does.
 *
 * @module
 */

/** A side of a comparison. */
export type Side = "base" | "head";

/** The order within each of `rounds` rounds; the same for the same `seed`. */
export function drawOrders(rounds: number, seed: number): (readonly [Side, Side])[] {
  const next = mulberry32(seed);
  const orders: (readonly [Side, Side])[] = [];
  while (orders.length < rounds) {
    const [first, second]: [Side, Side] = next() < 0.5 ? ["base", "head"] : ["head", "base"];
    orders.push([first, second], [second, first]);
  }
  return orders.slice(0, rounds);
}

/** Numbers from 0 to 1. Tommy Ettinger's generator, in the public domain. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let x = Math.imul(state ^ (state >>> 15), 1 | state);
    x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x;
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
