// Nobody but ferret listens; a CommonJS copy of the api is there too.
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { work } from "./library.js";

const { trace } = createRequire(import.meta.url)("@opentelemetry/api");
const server = createServer(async (_request, response) => {
  trace.getActiveSpan()?.setAttribute("app.user", "u1").end();
  response.end(await work());
});
server.listen(0, "127.0.0.1", async () => {
  const { port } = server.address();
  console.log(await (await fetch(`http://127.0.0.1:${port}/`)).text());
  server.close();
  server.closeAllConnections();
});
