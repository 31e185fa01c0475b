import express from "express";
import process from "node:process";
import { items, placeOrder } from "./shop.js";

const app = express();
app.use(express.json());
app.get(
  "/",
  (_request, response) => response.type("html").send("<h1>shop</h1>"),
);

const api = express.Router();
api.get("/items", (_request, response) => response.json(items));
api.get("/items/:id", (request, response) => {
  const item = items.find(({ id }) => id === Number(request.params.id));
  if (item === undefined) {
    throw Object.assign(new Error("no such item"), { status: 404 });
  }
  response.json(item);
});
api.post("/orders", async (request, response) => {
  response.status(201).json(await placeOrder(request.body));
});
app.use("/api", api);
app.use((error, _request, response, _next) => {
  response.status(error.status ?? 500).json({ error: error.message });
});

const server = app.listen(Number(process.argv[2]));
process.on("SIGTERM", () => server.close(() => process.exit(0)));
