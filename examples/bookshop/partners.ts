/**
 * The warehouse and the carrier: services of somebody else.
 *
 * @module
 */
import process from "node:process";

const PARTNERS = process.env["PARTNERS_URL"] ?? "http://127.0.0.1:4178";

/** How many pieces of an order are in the warehouse. */
export async function piecesInStock(order: number): Promise<number> {
  const { pieces } = await ask<{ pieces: number }>(`/warehouse/${order}`);
  return pieces;
}

/** How long the carrier takes to bring an order. */
export async function deliveryDays(order: number): Promise<number> {
  const { days } = await ask<{ days: number }>(`/carrier/${order}`);
  return days;
}

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(PARTNERS + path);
  if (!response.ok) throw new Error(`A partner answered ${response.status}`);
  return await response.json() as T;
}
