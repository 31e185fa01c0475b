/**
 * The shop's tables, in memory and the same each time.
 *
 * @module
 */
import { DatabaseSync } from "node:sqlite";

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
  fill(database, "books", 1500, "printf('978-%06d', i), 'Volume ' || (i + 1), 900 + i * 37 % 4000");
  fill(database, "reviews", 1000, "printf('978-%06d', i * 7 % 1500), 1 + i * i % 5");
  fill(database, "orders", 200, "i + 1, 'customer-' || (i % 20)");
  fill(database, "order_lines", 6000, "1 + i / 30, printf('978-%06d', i * 191 % 1500), 1 + i % 3");
  fill(database, "customers", 20, "'customer-' || i, 'salt-' || i, ''");
  return database;
}

/** @param values Of a row, in SQL about its number `i`. */
function fill(database: DatabaseSync, table: string, count: number, values: string): void {
  database.exec(`
    WITH RECURSIVE numbers (i) AS (
      SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i + 1 < ${count}
    )
    INSERT INTO ${table} SELECT ${values} FROM numbers
  `);
}
