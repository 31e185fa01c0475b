// Asks a server of its own with every client there is; prints what comes back.
import axios from "axios";
import got from "got";
import nodeFetch from "node-fetch";
import http, { createServer, request } from "node:http";
import superagent from "superagent";
import { request as undici } from "undici";
import { profiler } from "./spans.js";

/** Called when a request has come in that gets no answer. */
let onNever;
const server = createServer((message, response) => {
  if (message.url === "/never") return onNever();
  if (message.url === "/missing") response.statusCode = 404;
  response.setHeader("content-type", "application/json");
  setTimeout(() => response.end('{"a":1}'), 5);
});
await new Promise((resolve) => server.listen(0, resolve));
const { port } = server.address();
const origin = `http://localhost:${port}`;

function ask(options, use = () => {}) {
  return new Promise((resolve) => {
    const sent = request({ port, ...options }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode));
    });
    sent.on("error", (error) => resolve(error.code ?? error.name));
    use(sent);
    sent.end();
  });
}

await profiler.span("outer", async () => {
  console.log("axios", (await axios.get(`${origin}/axios?token=hush`)).data);
  console.log(
    "got",
    await got(`${origin}/got`, { retry: { limit: 0 } }).json(),
  );
  console.log(
    "node-fetch",
    await (await nodeFetch(`${origin}/node-fetch`)).json(),
  );
  console.log(
    "superagent",
    (await superagent.get(`${origin}/superagent`)).body,
  );
  console.log("undici", await (await undici(`${origin}/undici`)).body.json());
  console.log("fetch", await (await fetch(`${origin}/fetch`)).json());
  console.log("http", await ask({ path: "/missing", method: "POST" }));
  console.log(
    "array",
    await ask({ path: "/array", headers: ["host", "localhost", "x", "y"] }),
  );
  console.log("refused", await ask({ port: 1, path: "/refused?key=hush" }));
  // On a connection that was used before, Deno 2.9 does not tell that a request is destroyed.
  const destroy = (sent) => onNever = () => sent.destroy(new Error("gone"));
  console.log(
    "destroyed",
    await ask({ path: "/never", agent: false }, destroy),
  );
  await new Promise((resolve) => {
    new http.ClientRequest({ port, path: "/direct" }, (response) => {
      response.resume();
      profiler.span("in response", () => {});
      response.on("end", () => {
        profiler.span("in end", () => {});
        resolve();
      });
    }).end();
  });
});
console.log(request.name, request.length);
server.close();
server.closeAllConnections();
