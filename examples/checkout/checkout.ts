/**
 * From a cart to a paid order.
 *
 * @module
 */
import { Cart } from "./cart.ts";
import type { Database, Order } from "./database.ts";
import { bestDiscountCents } from "./discounts.ts";
import type { PaymentClient } from "./payments.ts";

export class UnknownProductError extends RangeError {
  override name = "UnknownProductError";
}

export class Checkout {
  readonly #carts = new Map<string, Cart>();
  readonly #database: Database;
  readonly #payments: PaymentClient;

  constructor(database: Database, payments: PaymentClient) {
    this.#database = database;
    this.#payments = payments;
  }

  openCart(): string {
    const id = `cart-${this.#carts.size + 1}`;
    this.#carts.set(id, new Cart());
    return id;
  }

  hasCart(id: string): boolean {
    return this.#carts.has(id);
  }

  /** Puts products into a cart, looking each up by itself: a query for every line. */
  async addItems(id: string, skus: readonly string[]): Promise<Cart> {
    const cart = this.#carts.get(id)!;
    for (const sku of skus) {
      const product = await this.#database.findProduct(sku);
      if (product === undefined) throw new UnknownProductError(`No product is called "${sku}"`);
      cart.add(product, 1);
    }
    return cart;
  }

  /** @returns The order, or `undefined` when the card was declined. */
  async pay(id: string, card: string): Promise<Order | undefined> {
    const cart = this.#carts.get(id)!;
    const totalCents = cart.totalCents(bestDiscountCents(cart));
    const isPaid = await this.#payments.charge(card, totalCents);
    if (!isPaid) return undefined;
    return await this.#database.insertOrder(id, totalCents);
  }
}
