/**
 * Somebody else's service: slow, sometimes declining, sometimes down.
 *
 * @module
 */
import { type Random, sleep } from "./random.ts";
import { type RunningServer, serve } from "./serve.ts";

const CHARGE_MS = 12;

export function startPaymentProvider(random: Random): RunningServer {
  return serve({
    "POST /charges": async (request) => {
      await request.json();
      await sleep(random.delayMs(CHARGE_MS));
      if (random.chance(0.02)) return new Response("try again later", { status: 503 });
      if (random.chance(0.05)) return new Response("declined", { status: 402 });
      return new Response("charged");
    },
  });
}
