/**
 * The shop's tables, in memory and the same each time.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

const BOOKS = 1500;
const REVIEWS = 600;
const ORDERS = 200;
const LINES = 30;
const CUSTOMERS = 20;

/** Creates and fills them. */
export function openDatabase(): DatabaseSync {
  const database = new DatabaseSync(":memory:");
  database.exec(`
    CREATE TABLE books (isbn TEXT, title TEXT, cents INTEGER);
    CREATE TABLE reviews (isbn TEXT, stars INTEGER);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT);
    CREATE TABLE order_lines (order_id INTEGER, isbn TEXT, pieces INTEGER);
    CREATE INDEX order_lines_of ON order_lines (order_id);
    CREATE TABLE customers (name TEXT PRIMARY KEY, salt TEXT, hash TEXT);
  `);
  fill(database);
  return database;
}

function fill(database: DatabaseSync): void {
  const insert = (table: string, rows: (string | number)[][]) => {
    const marks = rows[0]!.map(() => "?").join(", ");
    const statement = database.prepare(`INSERT INTO ${table} VALUES (${marks})`);
    for (const row of rows) statement.run(...row);
  };
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
  database.exec("BEGIN");
  insert("books", numbers(BOOKS).map((i) => [isbnOf(i), `Volume ${i + 1}`, 900 + (i * 37) % 4000]));
  insert("reviews", numbers(REVIEWS).map((i) => [isbnOf(i * 7), 1 + (i * i) % 5]));
  insert("orders", numbers(ORDERS).map((i) => [i + 1, `customer-${i % CUSTOMERS}`]));
  insert(
    "order_lines",
    numbers(ORDERS * LINES).map((i) => [1 + Math.floor(i / LINES), isbnOf(i * 191), 1 + i % 3]),
  );
  insert("customers", numbers(CUSTOMERS).map((i) => [`customer-${i}`, `salt-${i}`, ""]));
  database.exec("COMMIT");
}

function isbnOf(i: number): string {
  return `978-${String(i % BOOKS).padStart(6, "0")}`;
}
