// Connections and questions to name servers, and what a program gets of them.
import dns, { lookup } from "node:dns";
import { lookup as lookupSoon, resolve4 } from "node:dns/promises";
import net, { connect } from "node:net";
import process from "node:process";
import tls from "node:tls";
import { promisify } from "node:util";
import { cert, key } from "../http/certificate.js";

const HOST = "127.0.0.1";

/** What a client does until it is closed. */
function outcome(client) {
  const events = [];
  for (const event of ["connect", "secureConnect", "data", "end", "close"]) {
    client.on(
      event,
      (value) => events.push(event === "data" ? String(value) : event),
    );
  }
  client.on("error", ({ code }) => events.push(code));
  return new Promise((resolve) => client.on("close", () => resolve(events.join())));
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, HOST, resolve));
  return server.address().port;
}

const plain = net.createServer((socket) => socket.on("error", () => {}).end("hello"));
const port = await listen(plain);
const first = connect(port, HOST, () => {
  console.log(first.listenerCount("connect"), Object.hasOwn(first, "emit"));
});
console.log(
  first.listenerCount("connect"),
  first.listenerCount("error"),
  Object.keys(first).includes("emit"),
);
console.log(await outcome(first));
console.log(await outcome(net.connect({ port, host: "localhost" })));
console.log(await outcome(new net.Socket().connect(port, HOST)));
console.log(await outcome(net.connect(1, HOST)));
console.log(await outcome(net.connect("/none.sock")));
console.log(await outcome(net.connect(port, HOST).destroy()));

const secure = tls.createServer({ key, cert }, (socket) => {
  socket.on("error", () => {}).end("secure");
});
const securePort = await listen(secure);
console.log(
  await outcome(
    tls.connect({ port: securePort, host: HOST, rejectUnauthorized: false }),
  ),
);
console.log(await outcome(tls.connect({ port: securePort, host: HOST })));

await new Promise((resolve) => {
  lookup("localhost", (error, address) => {
    console.log(error, net.isIP(address) > 0);
    resolve();
  });
});
console.log(net.isIP((await lookupSoon("localhost")).address) > 0);
console.log(net.isIP((await promisify(lookup)("localhost")).address) > 0);
console.log((await lookupSoon("127.0.0.2")).address);
await lookupSoon("nothing.invalid").catch(({ code, hostname }) => console.log(code, hostname));
await resolve4("nothing.invalid").catch(({ name }) => console.log(name));
await new Promise((resolve) => {
  new dns.Resolver().resolve4("nothing.invalid", (error) => {
    console.log(error.name);
    resolve();
  });
});
for (const wrong of [() => dns.lookup(), () => dns.lookup("a", 5, 5, 5)]) {
  try {
    wrong();
  } catch ({ code, message }) {
    console.log(code, message);
  }
}
console.log(
  dns.lookup === lookup,
  lookup.name,
  lookup.length,
  Object.keys(dns).length,
);
console.log(Object.keys(await import("node:dns")).join());

const { Deno, Bun } = globalThis;
if (Deno !== undefined) {
  const connection = await Deno.connect({ hostname: HOST, port });
  console.log(connection.constructor.name);
  connection.close();
  await Deno.connect({ hostname: HOST, port: 1 }).catch(({ name }) => console.log(name));
}
if (Bun !== undefined) {
  const socket = { data() {}, connectError() {} };
  const connection = await Bun.connect({ hostname: HOST, port, socket });
  console.log(typeof connection.write);
  await Bun.connect({ hostname: HOST, port: 1, socket }).catch(({ code }) => console.log(code));
}
process.exit(0);
