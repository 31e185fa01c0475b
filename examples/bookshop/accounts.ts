/**
 * Customers who sign in.
 *
 * @module
 */
import { randomBytes, scryptSync } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

/** As much work as is to be done for each guess at a password. */
const COST = 2 ** 15;

interface Customer {
  name: string;
  salt: string;
  hash: string;
}

/** `POST /sessions` */
export function signIn(database: DatabaseSync, body: string): unknown {
  const { name, password } = JSON.parse(body) as { name: string; password: string };
  const customer = database.prepare("SELECT * FROM customers WHERE name = ?")
    .get(name) as unknown as Customer | undefined;
  if (customer === undefined) return undefined;
  const hash = hashPassword(password, customer.salt);
  // Whoever comes first sets the password: this is no example of how to do that.
  if (customer.hash === "") {
    database.prepare("UPDATE customers SET hash = ? WHERE name = ?").run(hash, name);
  } else if (customer.hash !== hash) throw new RangeError("That is not the password");
  return { session: randomBytes(16).toString("hex") };
}

function hashPassword(password: string, salt: string): string {
  return scryptSync(password, salt, 32, { N: COST, maxmem: 2 ** 26 }).toString("hex");
}
