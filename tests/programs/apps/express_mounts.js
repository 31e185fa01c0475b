import { run } from "./ask.js";

/** The same for Express 4 and 5. */
export function askMounts(express) {
  const app = express();
  const inner = express.Router();
  inner.get("/", (_request, response) => response.send("list"));
  inner.get(
    "/items/:item",
    (request, response) => response.send(request.params.item),
  );
  const outer = express.Router();
  outer.use("/shops/:shop", inner);
  const mounted = express();
  mounted.get("/pages/:page", (_request, response) => response.send("page"));
  app.use("/api/:tenant", outer);
  app.use("/plain", inner);
  app.use("/site", mounted);
  app.get(/^\/re.*x$/, (_request, response) => response.send("pattern"));
  app.get(
    ["/one/:id", "/two/:id"],
    (_request, response) => response.send("either"),
  );
  const server = app.listen(0, () =>
    run(server, [
      "/api/acme/shops/9/items/5",
      "/api/acme/shops/9",
      "/plain/items/5",
      "/plain",
      "/site/pages/3",
      "/re-x",
      "/two/2",
      "/missing",
    ]));
}
