/**
 * The load: customers who look around, fill a cart and pay.
 *
 * @module
 */
import { Random } from "./random.ts";

export interface CustomerOptions {
  count: number;
  /** Customers in the shop at the same time. */
  atOnce: number;
}

export interface CustomerTotals {
  paid: number;
  declined: number;
  failed: number;
}

/** Sends customers until all have been served. */
export async function sendCustomers(
  url: string,
  options: CustomerOptions,
): Promise<CustomerTotals> {
  const totals: CustomerTotals = { paid: 0, declined: 0, failed: 0 };
  let next = 0;
  async function stand(): Promise<void> {
    while (next < options.count) {
      const outcome = await shopOnce(url, new Random(++next));
      totals[outcome]++;
    }
  }
  await Promise.all(Array.from({ length: options.atOnce }, stand));
  return totals;
}

async function shopOnce(url: string, random: Random): Promise<keyof CustomerTotals> {
  const products = await call<{ sku: string }[]>(`${url}/products`);
  const cart = await call<{ id: string }>(`${url}/carts`, {});
  const skus = Array.from(
    { length: 1 + Math.floor(random.next() * 8) },
    () => products.body[Math.floor(random.next() * products.body.length)]!.sku,
  );
  await call(`${url}/carts/${cart.body.id}/items`, { skus });
  const payment = await call(`${url}/carts/${cart.body.id}/payment`, { card: "4000-0000" });
  return payment.status === 201 ? "paid" : payment.status === 402 ? "declined" : "failed";
}

async function call<T>(url: string, body?: unknown): Promise<{ status: number; body: T }> {
  const response = await fetch(
    url,
    body === undefined ? {} : { method: "POST", body: JSON.stringify(body) },
  );
  const text = await response.text();
  return { status: response.status, body: response.ok ? JSON.parse(text) : undefined as T };
}
