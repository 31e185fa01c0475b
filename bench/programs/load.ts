/**
 * Asks shop.ts for orders and customers, and prints what came of it as JSON.
 * Arguments: folder of the peers, URL of the server, seconds, requests a second
 * (0: as many as it answers). At a rate, requests are sent when they are due,
 * whether others have been answered or not: a slow answer delays no other.
 *
 * @module
 */
import { Agent, get } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import type { LoadResult } from "./load_result.ts";

const [peers, url, seconds, rate] = process.argv.slice(2) as [string, string, string, string];
const durationMs = Number(seconds) * 1000;
const CONNECTIONS = 32;

/** Three orders for one customer; one request in twenty gets a receipt. */
const PATHS = Array.from(
  { length: 100 },
  (_, i) => i % 4 === 3 ? `/customers/${1 + i * 2}` : `/orders/${1 + i * 37 % 4000}`,
);

async function saturate(): Promise<LoadResult> {
  const autocannon = createRequire(join(peers, "package.json"))("autocannon") as (
    options: object,
  ) => Promise<
    { requests: { total: number }; duration: number; errors: number; non2xx: number }
  >;
  const { requests, duration, errors, non2xx } = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: Number(seconds),
    requests: PATHS.map((path) => ({ path })),
  });
  return {
    requests: requests.total,
    perSecond: requests.total / duration,
    failed: errors + non2xx,
  };
}

/** One request. @returns ms until the whole answer was there. */
function ask(path: string, agent: Agent): Promise<number> {
  const startedMs = performance.now();
  return new Promise((resolve, reject) => {
    get(url + path, { agent }, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode === 200) resolve(performance.now() - startedMs);
        else reject(new Error(`${path} was answered with ${response.statusCode}`));
      });
    }).on("error", reject);
  });
}

async function keepRate(perSecond: number): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const answers: Promise<number>[] = [];
  const startedMs = performance.now();
  for (let elapsedMs = 0; elapsedMs < durationMs; elapsedMs = performance.now() - startedMs) {
    while (answers.length < elapsedMs / 1000 * perSecond) {
      answers.push(ask(PATHS[answers.length % PATHS.length]!, agent));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const outcomes = await Promise.allSettled(answers);
  agent.destroy();
  const latencies = outcomes.flatMap((o) => o.status === "fulfilled" ? o.value : [])
    .sort((a, b) => a - b);
  return {
    requests: latencies.length,
    perSecond: latencies.length / ((performance.now() - startedMs) / 1000),
    failed: outcomes.length - latencies.length,
    p99Ms: latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * 0.99))] ?? 0,
  };
}

console.log(JSON.stringify(await (Number(rate) === 0 ? saturate() : keepRate(Number(rate)))));
