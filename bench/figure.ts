/**
 * What a measurement yields, and what it is given to work with.
 *
 * @module
 */
import type { Runtime } from "../scripts/runtimes.ts";

/** A number with its meaning. */
export interface Figure {
  /** What was measured, in a few words. */
  what: string;
  value: number;
  unit:
    | "ns"
    | "us"
    | "ms"
    | "s"
    | "x"
    | "%"
    | "bytes"
    | "MB"
    | "spans"
    | "spans/s"
    | "requests/s";
  /** What is aimed at; absent for what is only a yardstick. */
  goal?: { limit: number; is: "at most" | "at least" };
  /** Anything a reader has to know about this figure. */
  note?: string;
}

/** What all measurements on one runtime share. */
export interface Bench {
  runtime: Runtime;
  /** Runs ferret as users have it, built; prints what it prints. */
  ferretCommand: (args: readonly string[]) => string[];
  /** Folder with the packages that ferret is measured against. */
  peers: string;
  /** Folder for recordings, empty at the start and removed at the end. */
  folder: string;
  /** The built package, unpacked. */
  packageFolder: string;
  /** Length of measurements that go on for a time. */
  seconds: number;
}

/** One question that the benchmarks answer. */
export interface Measurement {
  /** For `--only`. */
  name: string;
  /** Heading in the table. */
  title: string;
  run: (bench: Bench) => Promise<Figure[]>;
}

/** Whether a figure reaches its goal; `undefined` when it has none. */
export function isReached({ value, goal }: Figure): boolean | undefined {
  if (goal === undefined) return undefined;
  return goal.is === "at most" ? value <= goal.limit : value >= goal.limit;
}
