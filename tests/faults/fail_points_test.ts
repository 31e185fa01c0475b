import process from "node:process";
import { test } from "node:test";
import { RUN_PLACES } from "./faults.ts";
import { tryFault } from "./short_form.ts";

const RUNTIMES = ["deno", "bun", "node"] as const;

/** What the others are like. */
const ORDINARY_PLACES = ["start", "drain", "commit", "release", "checkpoint", "rename"];
const isOfAll = process.env["FERRET_FAULTS"] === "all";

// The rounds of this fault take one place after the other.
RUN_PLACES.forEach((place, round) => {
  if (!isOfAll && !ORDINARY_PLACES.includes(place)) return;
  const runtime = RUNTIMES[round % RUNTIMES.length]!;
  test(`Nothing is lost without a count on ${runtime}: ferret killed at ${place}`, () =>
    tryFault("ferret killed at a fail point", runtime, round));
});
