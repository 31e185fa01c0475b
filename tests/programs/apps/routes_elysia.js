import { Elysia } from "elysia";

const app = new Elysia()
  .get("/users/:id", ({ params }) => params.id)
  .group("/api/:tenant", (group) => group.get("/items/:item", () => "item"))
  .listen(0);
for (const path of ["/users/7", "/api/acme/items/5", "/missing"]) {
  const response = await fetch(`http://localhost:${app.server.port}${path}`);
  console.log(path, response.status, await response.text());
}
await app.stop(true);
