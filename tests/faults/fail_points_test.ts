import { test } from "node:test";
import { RUN_PLACES } from "./faults.ts";
import { tryFault } from "./short_form.ts";

const RUNTIMES = ["deno", "bun", "node"] as const;

// The rounds of this fault take one place after the other.
RUN_PLACES.forEach((place, round) => {
  const runtime = RUNTIMES[round % RUNTIMES.length]!;
  test(`Nothing is lost without a count on ${runtime}: ferret killed at ${place}`, () =>
    tryFault("ferret killed at a fail point", runtime, round));
});
