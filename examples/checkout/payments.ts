/**
 * The shop's side of paying: a request to the payment provider.
 *
 * @module
 */

export class PaymentError extends Error {
  override name = "PaymentError";
}

export class PaymentClient {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /** @returns Whether the card was charged. */
  async charge(card: string, cents: number): Promise<boolean> {
    const response = await fetch(`${this.#url}/charges`, {
      method: "POST",
      body: JSON.stringify({ card, cents }),
    });
    await response.text();
    if (response.status >= 500) {
      throw new PaymentError(`The payment provider answered ${response.status}`);
    }
    return response.ok;
  }
}
