import { Application, Router } from "@oakserver/oak";
import process from "node:process";
import { freePort } from "./free_port.js";

const items = new Router();
items.get(
  "/items/:item",
  ({ params, response }) => response.body = params.item,
);
const router = new Router();
router.use(async (_, next) => await next());
router.get("/users/:id", ({ params, response }) => response.body = params.id);
router.use("/api/:tenant", items.routes(), items.allowedMethods());
const app = new Application();
app.use(router.routes());
app.use(router.allowedMethods());

const port = await freePort();
void app.listen({ port });
for (const path of ["/users/7", "/api/acme/items/5", "/missing"]) {
  const response = await ask(path);
  console.log(path, response.status, await response.text());
}
// Its servers stay open: Bun knows a millisecond later that it has sent an answer.
setTimeout(() => process.exit(), 20);

/** Oak says that it listens before it does. */
async function ask(path) {
  for (;;) {
    try {
      return await fetch(`http://localhost:${port}${path}`);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
