/**
 * A small shop: carts, prices, discounts, a payment provider and a database,
 * all in memory. It starts its server, sends itself customers and ends.
 *
 * ```
 * deno run -A examples/checkout/main.ts        bun examples/checkout/main.ts
 * ```
 *
 * Nothing in it knows of ferret:
 *
 * ```
 * ferret run examples/checkout/main.ts && ferret report
 * ```
 *
 * @module
 */
import { Checkout } from "./checkout.ts";
import { Database } from "./database.ts";
import { sendCustomers } from "./customers.ts";
import { startPaymentProvider } from "./payment_provider.ts";
import { PaymentClient } from "./payments.ts";
import { Random } from "./random.ts";
import { serve } from "./serve.ts";
import { shopRoutes } from "./shop.ts";

const CUSTOMERS = 150;
const AT_ONCE = 8;

async function main(): Promise<void> {
  const random = new Random(42);
  const provider = startPaymentProvider(random);
  const database = new Database(random);
  const checkout = new Checkout(database, new PaymentClient(provider.url));
  const shop = serve(shopRoutes(database, checkout));

  const totals = await sendCustomers(shop.url, { count: CUSTOMERS, atOnce: AT_ONCE });
  console.log(
    `${CUSTOMERS} customers: ${totals.paid} paid, ${totals.declined} declined, ` +
      `${totals.failed} failed`,
  );

  await shop.stop();
  await provider.stop();
}

await main();
