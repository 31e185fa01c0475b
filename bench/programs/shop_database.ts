/**
 * The database of shop.ts: SQLite in memory, by the driver that comes with the
 * runtime. A query takes microseconds and no network: whatever a tracer adds to
 * it weighs more here than on a database server.
 *
 * @module
 */

/** What the drivers of Deno, Node and Bun have in common. */
interface Database {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
}

interface Statement {
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
  run(...values: unknown[]): unknown;
}

export interface Customer {
  id: number;
  name: string;
  discount: number;
}

export interface Order {
  id: number;
  customer: number;
  placed: string;
}

export interface Line {
  product: string;
  quantity: number;
  cents: number;
}

const SCHEMA = `
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, discount REAL);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer INTEGER, placed TEXT, views INTEGER);
CREATE TABLE lines (order_id INTEGER, product TEXT, quantity INTEGER, cents INTEGER);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200)
INSERT INTO customers SELECT i, 'customer ' || i, (i % 3) / 10.0 FROM n;
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
INSERT INTO orders SELECT i, 1 + i % 200, date('2026-01-01', (i % 300) || ' days'), 0 FROM n;
INSERT INTO lines SELECT o.id, 'product ' || ((o.id * 7 + v.n) % 90), v.n, 100 + (o.id * v.n) % 900
FROM orders o, (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3) v;
CREATE INDEX orders_customer ON orders (customer, placed);
CREATE INDEX lines_order ON lines (order_id);
`;

const database = await open();
database.exec(SCHEMA);

const customerById = database.prepare("SELECT id, name, discount FROM customers WHERE id = ?");
const orderById = database.prepare("SELECT id, customer, placed FROM orders WHERE id = ?");
const ordersOfCustomer = database.prepare(
  "SELECT id, customer, placed FROM orders WHERE customer = ? ORDER BY placed DESC LIMIT 5",
);
const linesOfOrder = database.prepare(
  "SELECT product, quantity, cents FROM lines WHERE order_id = ?",
);
const countView = database.prepare("UPDATE orders SET views = views + 1 WHERE id = ?");

export function findCustomer(id: number): Customer {
  return customerById.get(id) as Customer;
}

export function findOrder(id: number): Order {
  return orderById.get(id) as Order;
}

export function findRecentOrders(customer: number): Order[] {
  return ordersOfCustomer.all(customer) as Order[];
}

export function findLines(order: number): Line[] {
  return linesOfOrder.all(order) as Line[];
}

export function addView(order: number): void {
  countView.run(order);
}

async function open(): Promise<Database> {
  if ("Bun" in globalThis) {
    const { Database } = await import("bun:sqlite");
    return new Database(":memory:") as Database;
  }
  const { DatabaseSync } = await import("node:sqlite");
  return new DatabaseSync(":memory:") as Database;
}
