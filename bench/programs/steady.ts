/**
 * Records spans at a steady rate, in bursts of a millisecond. Arguments: spans
 * a second, seconds, share of spans with attributes. Prints JSON when it ends.
 *
 * @module
 */
import process from "node:process";
import { profiler } from "../../mod.ts";
import { pause } from "./rounds.ts";

const [rate, seconds, attributeShare] = process.argv.slice(2).map(Number) as [
  number,
  number,
  number,
];
const count = rate * seconds;
const attributeEvery = attributeShare > 0 ? Math.round(1 / attributeShare) : Infinity;

let sum = 0;
const startedMs = performance.now();
for (let done = 0; done < count;) {
  const dueCount = Math.min(count, Math.ceil((performance.now() - startedMs) / 1000 * rate));
  for (; done < dueCount; done++) {
    if (done % attributeEvery === 0) {
      profiler.span("with attributes", (span) => {
        span.setAttribute("table", "users");
        span.setAttribute("rows", done);
        sum += done;
      });
    } else profiler.span("work", () => sum += done);
  }
  await pause(1);
}
const durationMs = performance.now() - startedMs;
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({
  count,
  durationMs,
  cpuMs: (user + system) / 1000,
  residentBytes: process.memoryUsage.rss(),
  endedAtMs: Date.now(),
  sum,
}));
