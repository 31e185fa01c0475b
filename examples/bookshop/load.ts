/**
 * What is outside of the bookshop: its customers, and the partners that it
 * asks. Sends the same requests each time, prints how long they took, and ends.
 *
 * @module
 */
import { createServer } from "node:http";
import process from "node:process";

const SHOP = process.env["FERRET_URL"] ?? "http://127.0.0.1:8080";
const PARTNERS = new URL(process.env["PARTNERS_URL"] ?? "http://127.0.0.1:4178");
const REQUESTS = Number(process.env["REQUESTS"] ?? 600);
const AT_ONCE = 4;

/** How long they take to answer. */
const WAREHOUSE_MS = 12;
const CARRIER_MS = 18;

const partners = createServer((request, response) => {
  const isWarehouse = request.url?.startsWith("/warehouse/");
  setTimeout(() => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(isWarehouse ? '{"pieces":3}' : '{"days":2}');
  }, isWarehouse ? WAREHOUSE_MS : CARRIER_MS);
});

/** Of twenty customers eleven look at an order, eight at books and one signs in. */
async function sendRequest(n: number): Promise<void> {
  const kind = n % 20;
  if (kind === 19) {
    const name = `customer-${Math.floor(n / 20) % 20}`;
    const body = JSON.stringify({ name, password: "open sesame" });
    return await send("/sessions", { method: "POST", body });
  }
  if (kind % 2 === 0 || kind === 1) return await send(`/orders/${1 + (n * 7) % 200}`);
  // One of eight wants the best ones first.
  const sort = kind === 9 ? "rating" : kind % 4 === 1 ? "price" : "title";
  await send(`/books?sort=${sort}`);
}

async function send(path: string, init: RequestInit = {}): Promise<void> {
  const response = await fetch(SHOP + path, init);
  await response.text();
  if (!response.ok) throw new Error(`The bookshop answered ${response.status} to ${path}`);
}

async function sendAll(): Promise<void> {
  let next = 0;
  const customer = async () => {
    while (next < REQUESTS) await sendRequest(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, customer));
}

await new Promise<void>((resolve) => {
  partners.listen(Number(PARTNERS.port), PARTNERS.hostname, resolve);
});
const startMs = performance.now();
await sendAll();
console.log(`${REQUESTS} requests in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
partners.close();
partners.closeAllConnections();
