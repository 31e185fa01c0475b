import { Hono } from "hono";

const api = new Hono();
api.get("/items/:item{[0-9]+}", (context) => context.text("item"));
const app = new Hono();
app.use("*", async (context, next) => {
  await next();
  context.header("x-seen", "yes");
});
app.get("/users/:id", (context) => context.text(context.req.param("id")));
app.route("/api/:tenant", api);
app.all("/any", (context) => context.text("any"));

const { port, stop } = await serve();
for (const path of ["/users/7", "/api/acme/items/5", "/any", "/missing"]) {
  const response = await fetch(`http://localhost:${port}${path}`);
  console.log(path, response.status, await response.text());
}
await stop();

async function serve() {
  const { Deno, Bun } = globalThis;
  if (Deno !== undefined) {
    const server = Deno.serve({ port: 0, onListen() {} }, app.fetch);
    return { port: server.addr.port, stop: () => server.shutdown() };
  }
  if (Bun !== undefined) {
    const server = Bun.serve({ port: 0, fetch: app.fetch });
    return { port: server.port, stop: () => server.stop(true) };
  }
  const { serve } = await import("@hono/node-server");
  return await new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, port: 0 }, ({ port }) => {
      resolve({
        port,
        stop() {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}
