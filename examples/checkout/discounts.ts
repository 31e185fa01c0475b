/**
 * Finds the best combination of vouchers: deliberately the shop's expensive
 * computation, since every set of vouchers is tried.
 *
 * @module
 */
import type { Cart } from "./cart.ts";

interface Voucher {
  code: string;
  cents: (prices: readonly number[]) => number;
}

const VOUCHERS: readonly Voucher[] = [
  { code: "THIRD-FREE", cents: (prices) => sum(prices.filter((_, index) => index % 3 === 2)) },
  { code: "TEN-PERCENT", cents: (prices) => sum(prices) * 0.1 },
  { code: "FIVE-OFF", cents: (prices) => sum(prices) > 5_000 ? 500 : 0 },
  { code: "DEAREST-HALF", cents: (prices) => (prices[0] ?? 0) / 2 },
  { code: "BULK", cents: (prices) => prices.length >= 10 ? 1_000 : 0 },
];

/** At most two vouchers may be combined. */
const MAX_COMBINED = 2;

/** What the best vouchers take off a cart. */
export function bestDiscountCents(cart: Cart): number {
  const prices = cart.itemPrices();
  let best = 0;
  for (const vouchers of combinations(VOUCHERS.length)) {
    if (vouchers.length > MAX_COMBINED) continue;
    best = Math.max(best, sum(vouchers.map((index) => VOUCHERS[index]!.cents(prices))));
  }
  return Math.round(Math.min(best, sum(prices) / 2));
}

/** All sets of the numbers below `count`. */
function* combinations(count: number): Generator<number[]> {
  for (let bits = 0; bits < 2 ** count; bits++) {
    yield Array.from({ length: count }, (_, index) => index).filter((index) => bits >> index & 1);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
