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

const { Deno, Bun } = globalThis;
const server = Deno === undefined
  ? Bun.serve({ port: 0, fetch: app.fetch })
  : Deno.serve({ port: 0, onListen() {} }, app.fetch);
const port = server.port ?? server.addr.port;
for (const path of ["/users/7", "/api/acme/items/5", "/any", "/missing"]) {
  const response = await fetch(`http://localhost:${port}${path}`);
  console.log(path, response.status, await response.text());
}
await (server.shutdown?.() ?? server.stop(true));
