/**
 * What the shop answers to which request.
 *
 * @module
 */
import type { Checkout } from "./checkout.ts";
import type { Database } from "./database.ts";
import type { Handler, Routes } from "./serve.ts";

/** The shop's routes. */
export function shopRoutes(database: Database, checkout: Checkout): Routes {
  function withCart(handler: (id: string, request: Request) => Promise<Response>): Handler {
    return async (request, { id }) => {
      if (id === undefined || !checkout.hasCart(id)) return Response.json(null, { status: 404 });
      return await handler(id, request);
    };
  }

  return {
    "GET /products": async () => Response.json(await database.listProducts()),
    "POST /carts": () => Response.json({ id: checkout.openCart() }, { status: 201 }),
    "POST /carts/:id/items": withCart(async (id, request) => {
      const { skus } = await request.json() as { skus: string[] };
      const cart = await checkout.addItems(id, skus);
      return Response.json({ itemCount: cart.itemCount, subtotalCents: cart.subtotalCents() });
    }),
    "POST /carts/:id/payment": withCart(async (id, request) => {
      const { card } = await request.json() as { card: string };
      const order = await checkout.pay(id, card);
      return order === undefined
        ? Response.json({ declined: true }, { status: 402 })
        : Response.json(order, { status: 201 });
    }),
  };
}
