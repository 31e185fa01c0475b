// Servers of node:http2 and node:https, and clients of theirs; prints what comes back.
import { connect, createSecureServer, createServer } from "node:http2";
import { createServer as createHttpsServer, get } from "node:https";
import { cert, key } from "./certificate.js";
import { profiler } from "./spans.js";

function listen(server) {
  return new Promise((resolve) => server.listen(0, () => resolve(server.address().port)));
}

function ask(session, headers, { body, use } = {}) {
  return new Promise((resolve) => {
    const stream = session.request(headers);
    let [status, text] = ["", ""];
    stream.setEncoding("utf8");
    stream.on("response", (answer) => status = answer[":status"]);
    stream.on("data", (part) => text += part);
    stream.on("error", () => status = "error");
    stream.on("close", () => resolve(`${status} ${text}`));
    use?.(stream);
    stream.end(body);
  });
}

/** Called when a request has come in that gets no answer. */
let onNever;
const compatible = createServer((request, response) => {
  if (request.url === "/never") return onNever();
  response.statusCode = request.url === "/missing" ? 404 : 200;
  let bytes = 0;
  request.on("data", (part) => bytes += part.length);
  request.on("end", () => {
    profiler.span("end", () => {});
    setTimeout(() => response.end(String(bytes)), 10);
  });
});
const session = connect(
  `http://user:pass@localhost:${await listen(compatible)}`,
);
await profiler.span("outer", async () => {
  console.log(await ask(session, { ":path": "/get?token=hush" }));
  console.log(
    await ask(session, { ":path": "/post", ":method": "POST" }, {
      body: "body",
    }),
  );
  console.log(await ask(session, { ":path": "/missing" }));
  const close = (stream) => onNever = () => stream.close(8);
  console.log(await ask(session, { ":path": "/never" }, { use: close }));
});
console.log(await ask(session));
session.close();
compatible.close();

const streams = createSecureServer({ key, cert });
streams.on("stream", (stream) => {
  stream.respond({ ":status": 201 });
  stream.write("a");
  setTimeout(() => stream.end("b"), 20);
});
const secure = connect(`https://localhost:${await listen(streams)}`, {
  ca: cert,
});
console.log(await ask(secure, { ":path": "/secure" }));
secure.close();
streams.close();

const https = createHttpsServer(
  { key, cert },
  (_, response) => response.end("tls"),
);
const port = await listen(https);
await new Promise((resolve) => {
  get(
    { host: "localhost", port, path: "/tls", ca: cert, agent: false },
    (response) => {
      response.on("data", (part) => console.log(String(part)));
      response.on("end", resolve);
    },
  );
});
console.log(connect.name, connect.length, createServer.length);
https.close();
https.closeAllConnections();
