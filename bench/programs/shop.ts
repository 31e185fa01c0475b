/**
 * A small shop as people write them: Express, SQL, functions, now and then a
 * file. Prints its port, tells what it has used at /figures, and ends when it
 * is asked for /stop. Its argument is the folder of the peers, which has Express.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import process from "node:process";
import type { ExportedSpans } from "./auto_instrumentation.ts";
import {
  addView,
  type Customer,
  findCustomer,
  findLines,
  findOrder,
  findRecentOrders,
  type Line,
} from "./shop_database.ts";

interface Request {
  params: Record<string, string>;
}

interface Response {
  json(body: unknown): void;
}

interface Express {
  get(path: string, handler: (request: Request, response: Response) => unknown): void;
  listen(port: number, host: string, listening: () => void): Server;
}

/** One order in so many is answered with the receipt, which is read from its file. */
const RECEIPT_EVERY = 10;
const RECEIPT = new URL("receipt.txt", import.meta.url);

function priceOf(line: Line, customer: Customer): number {
  return Math.round(line.quantity * line.cents * (1 - customer.discount));
}

function totalOf(lines: readonly Line[], customer: Customer): number {
  return lines.reduce((sum, line) => sum + priceOf(line, customer), 0);
}

function inEuros(cents: number): string {
  return (cents / 100).toFixed(2);
}

async function describeOrder(id: number): Promise<object> {
  const order = findOrder(id);
  const customer = findCustomer(order.customer);
  const lines = findLines(id);
  addView(id);
  const total = inEuros(totalOf(lines, customer));
  if (id % RECEIPT_EVERY !== 0) return { ...order, name: customer.name, lines, total };
  const receipt = await readFile(RECEIPT, "utf8");
  return { ...order, name: customer.name, lines, total, receipt };
}

function describeCustomer(id: number): object {
  const customer = findCustomer(id);
  const orders = findRecentOrders(id).map((order) => {
    return { ...order, total: inEuros(totalOf(findLines(order.id), customer)) };
  });
  return { ...customer, orders };
}

const require = createRequire(join(process.argv[2]!, "package.json"));
const app = require("express")() as Express;
app.get("/orders/:id", async (request, response) => {
  response.json(await describeOrder(Number(request.params["id"])));
});
app.get("/customers/:id", (request, response) => {
  response.json(describeCustomer(Number(request.params["id"])));
});
app.get("/figures", (_request, response) => {
  const { user, system } = process.cpuUsage();
  response.json({ cpuMs: (user + system) / 1000, parentPid: process.ppid });
});
app.get("/stop", async (_request, response) => {
  response.json(await (globalThis as ExportedSpans).benchExported?.() ?? {});
  setTimeout(() => process.exit(0), 10);
});
const server = app.listen(0, "127.0.0.1", () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
