import Router from "@koa/router";
import Koa from "koa";
import { run } from "./ask.js";

const users = new Router();
users.get("/users/:id", (context) => {
  context.body = context.params.id;
});
const api = new Router({ prefix: "/api/:tenant" });
api.get("/items/:item", (context) => {
  context.body = "item";
});
const app = new Koa().use(users.routes()).use(api.routes()).use(
  users.allowedMethods(),
);
const server = app.listen(
  0,
  () => run(server, ["/users/7", "/api/acme/items/5", "/missing"]),
);
