/**
 * A small http server that loads itself for a moment and ends: what is run many
 * times over to see whether equal runs are found equal.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const REQUESTS = 200;
const AT_ONCE = 4;

/** As slow as the number of times it hashes. */
function digest(text: string, times: number): string {
  let result = text;
  for (let i = 0; i < times; i++) result = createHash("sha256").update(result).digest("hex");
  return result;
}

/** Every tenth page is not in the cache. */
function findPage(id: number): string {
  return digest(`page ${id}`, id % 10 === 0 ? 200 : 20);
}

function listPages(count: number): string {
  return JSON.stringify(Array.from({ length: count }, (_, id) => ({ id, text: findPage(id) })));
}

const server = createServer((request, response) => {
  const [, kind, id] = request.url!.split("/");
  response.end(kind === "list" ? listPages(5) : findPage(Number(id)));
});

async function load(base: string, from: number): Promise<void> {
  for (let i = from; i < REQUESTS; i += AT_ONCE) {
    const path = i % 5 === 0 ? "/list/" : `/page/${i}`;
    await (await fetch(base + path)).text();
  }
}

server.listen(0, "127.0.0.1", async () => {
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await Promise.all(Array.from({ length: AT_ONCE }, (_, worker) => load(base, worker)));
  server.close();
  server.closeAllConnections();
});
