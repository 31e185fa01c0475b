/**
 * The short form of the fault harness: a round of each fault on each runtime.
 * `npm run test:faults -- --long` runs as many as are wanted.
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

/** Defines a test for each of some faults on each runtime. */
export function testFaults(names: readonly string[]): void {
  for (const name of names) {
    for (const runtime of ["deno", "bun", "node"] as const) {
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
