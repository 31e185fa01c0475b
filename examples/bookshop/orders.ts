/**
 * What is in an order, and when it comes.
 *
 * @module
 */
import type { DatabaseSync } from "node:sqlite";
import { deliveryDays, piecesInStock } from "./partners.ts";

interface Line {
  isbn: string;
  pieces: number;
}

interface Book {
  title: string;
  cents: number;
}

/** `GET /orders/:id` */
export async function showOrder(database: DatabaseSync, id: number): Promise<unknown> {
  const lines = linesOf(database, id);
  if (lines.length === 0) return undefined;
  const stock = await piecesInStock(id);
  const days = await deliveryDays(id);
  return { id, lines, stock, days };
}

function linesOf(database: DatabaseSync, id: number): (Line & Book)[] {
  const lines = database.prepare("SELECT isbn, pieces FROM order_lines WHERE order_id = ?")
    .all(id) as unknown as Line[];
  return lines.map((line) => ({ ...line, ...findBook(database, line.isbn) }));
}

function findBook(database: DatabaseSync, isbn: string): Book {
  return database.prepare("SELECT title, cents FROM books WHERE isbn = ?")
    .get(isbn) as unknown as Book;
}
