/**
 * The short form of the fault harness: a round of each fault, of the worst on
 * each runtime and of the others on one after the other.
 * `npm run test:faults -- --long` runs as many as are wanted, on each.
 *
 * @module
 */
import assert from "node:assert/strict";
import process from "node:process";
import { test } from "node:test";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { FAULTS } from "./faults.ts";
import { runRound } from "./round.ts";

/** Any would do; one that stays, so that a landing does not fail by a choice never made before. */
const ORDINARY_SEED = "1";

const RUNTIMES = ["deno", "bun", "node"] as const;

/** What is tried on each runtime. */
const WORST = ["program killed", "ferret killed"];

/** Defines the tests of some faults. */
export function testFaults(names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    const runtimes = WORST.includes(name) ? RUNTIMES : [RUNTIMES[index % RUNTIMES.length]!];
    for (const runtime of runtimes) {
      test(`Nothing is lost without a count on ${runtime}: ${name}`, () => tryFault(name, runtime));
    }
  }
}

/** Runs one round of a fault. @throws when something is lost or broken, with the way to see it again. */
export async function tryFault(name: string, runtime: RuntimeName, round = 0): Promise<void> {
  const fault = FAULTS.find((fault) => fault.name === name);
  assert.ok(fault, name);
  const seed = process.env["FERRET_FAULT_SEED"] ?? ORDINARY_SEED;
  const { problems } = await runRound({ fault, runtime, seed, round, isShort: true });
  assert.deepEqual(problems, [], problems.join("\n"));
}
