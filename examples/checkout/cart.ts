/**
 * A cart, and what its contents cost.
 *
 * @module
 */
import type { Product } from "./database.ts";

interface Line {
  product: Product;
  quantity: number;
}

/** Shipping by weight: up to so many grams, so many cents. */
const SHIPPING = [[1_000, 490], [5_000, 790], [Infinity, 1_490]] as const;

export class Cart {
  readonly #lines: Line[] = [];

  add(product: Product, quantity: number): void {
    const line = this.#lines.find((other) => other.product.sku === product.sku);
    if (line === undefined) this.#lines.push({ product, quantity });
    else line.quantity += quantity;
  }

  get itemCount(): number {
    return this.#lines.reduce((sum, { quantity }) => sum + quantity, 0);
  }

  subtotalCents(): number {
    return this.#lines.reduce((sum, line) => sum + line.product.priceCents * line.quantity, 0);
  }

  shippingCents(): number {
    const grams = this.#lines.reduce(
      (sum, line) => sum + line.product.weightGrams * line.quantity,
      0,
    );
    return SHIPPING.find(([upToGrams]) => grams <= upToGrams)![1];
  }

  totalCents(discountCents: number): number {
    return this.subtotalCents() - discountCents + this.shippingCents();
  }

  /** Prices of single items, dearest first. */
  itemPrices(): number[] {
    return this.#lines
      .flatMap(({ product, quantity }) => Array<number>(quantity).fill(product.priceCents))
      .sort((a, b) => b - a);
  }
}
