import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { logger } from "hono/logger";
import process from "node:process";
import { items, placeOrder } from "./shop.js";

const app = new Hono();
app.use("/api/*", logger());
app.get("/", (c) => c.html("<h1>shop</h1>"));
app.get("/api/items", (c) => c.json(items));
app.get("/api/items/:id", (c) => {
  const item = items.find(({ id }) => id === Number(c.req.param("id")));
  if (item === undefined) {
    throw new HTTPException(404, { message: "no such item" });
  }
  return c.json(item);
});
app.post(
  "/api/orders",
  async (c) => c.json(await placeOrder(await c.req.json()), 201),
);

const port = Number(process.argv[2]);
const { Deno, Bun } = globalThis;
if (Deno !== undefined) Deno.serve({ port, onListen() {} }, app.fetch);
else if (Bun !== undefined) Bun.serve({ port, fetch: app.fetch });
else (await import("@hono/node-server")).serve({ port, fetch: app.fetch });
process.on("SIGTERM", () => process.exit(0));
