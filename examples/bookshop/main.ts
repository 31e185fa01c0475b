/**
 * A bookshop's API that is slow for four reasons, each of which is one line.
 * docs/tutorial.md finds them. It runs on Deno, Bun and Node and needs no package:
 *
 * ```
 * ferret run -A --on-ready 'deno run -A examples/bookshop/load.ts' examples/bookshop/main.ts
 * ```
 *
 * @module
 */
import process from "node:process";
import { signIn } from "./accounts.ts";
import { listBooks } from "./books.ts";
import { openDatabase } from "./database.ts";
import { showOrder } from "./orders.ts";
import { serve } from "./server.ts";

const database = openDatabase();

const port = await serve(Number(process.env["PORT"] ?? 0), {
  "GET /books": (request) => listBooks(database, request.query),
  "GET /orders/:id": (request) => showOrder(database, Number(request.id)),
  "POST /sessions": (request) => signIn(database, request.body),
});
console.log(`The bookshop is open at http://127.0.0.1:${port}`);
