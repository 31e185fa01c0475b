/**
 * The shop's tables, behind delays such as a database has.
 *
 * @module
 */
import { type Random, sleep } from "./random.ts";

export interface Product {
  sku: string;
  name: string;
  priceCents: number;
  weightGrams: number;
}

export interface Order {
  id: string;
  cartId: string;
  totalCents: number;
}

const LOOKUP_MS = 1;
const INSERT_MS = 3;

export class Database {
  readonly #random: Random;
  readonly #products = new Map<string, Product>();
  readonly #orders: Order[] = [];

  constructor(random: Random) {
    this.#random = random;
    for (let n = 1; n <= 40; n++) {
      const sku = `sku-${n}`;
      this.#products.set(sku, {
        sku,
        name: `Product ${n}`,
        priceCents: 199 + n * 150,
        weightGrams: 100 + n * 25,
      });
    }
  }

  async findProduct(sku: string): Promise<Product | undefined> {
    await sleep(this.#random.delayMs(LOOKUP_MS));
    return this.#products.get(sku);
  }

  async listProducts(): Promise<Product[]> {
    await sleep(this.#random.delayMs(LOOKUP_MS * 2));
    return [...this.#products.values()];
  }

  async insertOrder(cartId: string, totalCents: number): Promise<Order> {
    await sleep(this.#random.delayMs(INSERT_MS));
    const order = { id: `order-${this.#orders.length + 1}`, cartId, totalCents };
    this.#orders.push(order);
    return order;
  }
}
