/**
 * Rounds of the fault harness for as long as is wanted. The results are lines
 * of JSON on stdout; scripts/faults.ts makes a table of them.
 *
 * ```
 * tests/faults/rounds.ts <fault> <runtime> <seed> <first round> <rounds>
 * ```
 *
 * @module
 */
import process from "node:process";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { FAULTS } from "./faults.ts";
import { runRound } from "./round.ts";

const [name, runtime, seed, first, count] = process.argv.slice(2) as [
  string,
  RuntimeName,
  string,
  string,
  string,
];
const fault = FAULTS.find((fault) => fault.name === name);
if (fault === undefined) throw new RangeError(`Cannot find the fault "${name}"`);
for (let round = Number(first); round < Number(first) + Number(count); round++) {
  const { scenario: _, ...result } = await runRound({
    fault,
    runtime,
    seed,
    round,
    keepsFiles: true,
  });
  console.log(JSON.stringify(result));
}
