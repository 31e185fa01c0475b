/**
 * How property tests run. In an ordinary run all of them start from one seed,
 * so that what passes passes again; new cases are for runs that ask for them:
 *
 * - `FERRET_PROPERTY_SEED`: `random`, or the seed of a failure to look at again
 * - `FERRET_PROPERTY_RUNS`: a factor for the number of cases of each property
 * - `FERRET_PROPERTY_LOG`: a file to which each property adds how many it tried
 */
import { appendFileSync } from "node:fs";
import fc from "fast-check";

/** Any number would do. */
const ORDINARY_SEED = 20_260_704;

/** fast-check's own default. */
const ORDINARY_RUNS = 100;

export interface PropertyOptions {
  /** Cases in an ordinary run. Default 100. */
  numRuns?: number;
}

/** Tries a property on many cases. @throws with the smallest case that fails, and its seed. */
export function checkProperty<T>(
  property: fc.IAsyncProperty<T>,
  options?: PropertyOptions,
): Promise<void>;
export function checkProperty<T>(property: fc.IProperty<T>, options?: PropertyOptions): void;
export function checkProperty<T>(
  property: fc.IRawProperty<T>,
  options: PropertyOptions = {},
): void | Promise<void> {
  const seed = chosenSeed();
  const factor = chosenFactor();
  const numRuns = Math.max(1, Math.round((options.numRuns ?? ORDINARY_RUNS) * factor));
  const details = fc.check(property, { seed, numRuns }) as
    | fc.RunDetails<T>
    | Promise<fc.RunDetails<T>>;
  if (details instanceof Promise) return details.then((late) => report(late, factor));
  report(details, factor);
}

function report<T>(details: fc.RunDetails<T>, factor: number): void {
  const log = process.env.FERRET_PROPERTY_LOG;
  if (log !== undefined) appendFileSync(log, `${details.numRuns}\n`);
  if (!details.failed) return;
  const again = `FERRET_PROPERTY_SEED=${details.seed} FERRET_PROPERTY_RUNS=${factor}`;
  const message = `${fc.defaultReportMessage(details) ?? ""}\nTo see it again: ${again}`;
  throw new Error(message, { cause: details.errorInstance });
}

function chosenSeed(): number {
  const wanted = process.env.FERRET_PROPERTY_SEED ?? "";
  if (wanted === "") return ORDINARY_SEED;
  if (wanted === "random") return (Math.random() * 2 ** 32) | 0;
  const seed = Number(wanted);
  if (Number.isSafeInteger(seed)) return seed;
  throw new RangeError(`Cannot use "${wanted}" as a seed: not a whole number or "random"`);
}

function chosenFactor(): number {
  const wanted = process.env.FERRET_PROPERTY_RUNS ?? "";
  const factor = wanted === "" ? 1 : Number(wanted);
  if (factor > 0 && Number.isFinite(factor)) return factor;
  throw new RangeError(`Cannot run properties "${wanted}" times as often: not a number above 0`);
}
