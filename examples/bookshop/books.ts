/**
 * The catalog.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";

const PAGE = 40;

const ORDERS: Record<string, string> = {
  title: "title",
  price: "cents",
  rating: "(SELECT avg(stars) FROM reviews WHERE reviews.isbn = books.isbn) DESC",
};

/** `GET /books?sort=title` */
export function listBooks(database: DatabaseSync, query: URLSearchParams): unknown {
  const order = ORDERS[query.get("sort") ?? "title"];
  if (order === undefined) throw new RangeError("Books are not sorted by that");
  return database.prepare(`SELECT * FROM books ORDER BY ${order}, isbn LIMIT ${PAGE}`).all();
}
