import Fastify from "fastify";
import process from "node:process";
import { items, placeOrder } from "./shop.js";

const app = Fastify();
app.get(
  "/",
  (_request, reply) => reply.type("text/html").send("<h1>shop</h1>"),
);
app.register((api, _options, done) => {
  api.get("/items", () => items);
  api.get("/items/:id", (request, reply) => {
    const item = items.find(({ id }) => id === Number(request.params.id));
    return item ?? reply.code(404).send({ error: "no such item" });
  });
  api.post("/orders", {
    schema: { body: { type: "object", required: ["item"] } },
  }, async (request, reply) => {
    reply.code(201);
    return await placeOrder(request.body);
  });
  done();
}, { prefix: "/api" });

await app.listen({ port: Number(process.argv[2]) });
process.on("SIGTERM", async () => {
  await app.close();
  process.exit(0);
});
