import { Elysia } from "elysia";
import { freePort } from "./free_port.js";

const { Deno, Bun } = globalThis;
const isNode = Deno === undefined && Bun === undefined;
const adapter = isNode ? (await import("@elysiajs/node")).node() : undefined;
const app = new Elysia(adapter === undefined ? {} : { adapter })
  .get("/users/:id", ({ params }) => params.id)
  .group("/api/:tenant", (group) => group.get("/items/:item", () => "item"));

const { port, stop } = await serve();
for (const path of ["/users/7", "/api/acme/items/5", "/missing"]) {
  const response = await fetch(`http://localhost:${port}${path}`);
  console.log(path, response.status, await response.text());
}
await stop();

async function serve() {
  if (Deno !== undefined) {
    const server = Deno.serve({ port: 0, onListen() {} }, app.fetch);
    return { port: server.addr.port, stop: () => server.shutdown() };
  }
  if (Bun !== undefined) {
    app.listen(0);
    return { port: app.server.port, stop: () => app.stop(true) };
  }
  const port = await freePort();
  await new Promise((resolve) => app.listen(port, resolve));
  return { port, stop: () => process.exit() };
}
