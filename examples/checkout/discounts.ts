/**
 * Finds the best combination of vouchers: deliberately the shop's expensive
 * computation, since every pair of vouchers is tried.
 *
 * @module
 */
import type { Cart } from "./cart.ts";

interface Voucher {
  code: string;
  cents: (prices: readonly number[]) => number;
}

const VOUCHERS: readonly Voucher[] = [
  { code: "THIRD-FREE", cents: everyThird },
  { code: "TEN-PERCENT", cents: (prices) => sum(prices) * 0.1 },
  { code: "FIVE-OFF", cents: (prices) => sum(prices) > 5_000 ? 500 : 0 },
  { code: "DEAREST-HALF", cents: (prices) => (prices[0] ?? 0) / 2 },
  { code: "BULK", cents: (prices) => prices.length >= 10 ? 1_000 : 0 },
];

function everyThird(prices: readonly number[]): number {
  let cents = 0;
  for (let index = 2; index < prices.length; index += 3) cents += prices[index]!;
  return cents;
}

/** What the best two vouchers take off a cart. */
export function bestDiscountCents(cart: Cart): number {
  const prices = cart.itemPrices();
  let best = 0;
  for (const [first, second] of pairs(VOUCHERS)) {
    best = Math.max(best, first.cents(prices) + second.cents(prices));
  }
  return Math.round(Math.min(best, sum(prices) / 2));
}

function* pairs<T>(items: readonly T[]): Generator<[T, T]> {
  for (let i = 0; i < items.length; i++) {
    for (let j = i + 1; j < items.length; j++) yield [items[i]!, items[j]!];
  }
}

function sum(numbers: readonly number[]): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
