// Packages that publish on tracing channels.
import Fastify from "fastify";
import { H3 } from "h3";
import { tracingPlugin } from "h3/tracing";
import pino from "pino";

const fastify = Fastify();
fastify.get("/users/:id", async ({ params }) => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  return params.id;
});
fastify.get("/sync/:id", (_request, reply) => void reply.send("sync"));
fastify.get("/bad", () => Promise.reject(new Error("bad")));
await fastify.listen({ port: 0, host: "127.0.0.1" });
for (const path of ["users/1", "sync/2", "bad"]) {
  const url = `http://127.0.0.1:${fastify.server.address().port}/${path}`;
  console.log((await fetch(url)).status);
}
await fastify.close();

const h3 = new H3({ plugins: [tracingPlugin()] }).get(
  "/shops/:shop",
  () => "shop",
);
console.log(await (await h3.request("/shops/7")).text());

pino({}, { write: (line) => console.log(JSON.parse(line).msg) }).info("logged");
