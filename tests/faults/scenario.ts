/**
 * What a round of the fault harness runs: a program, how it is recorded, and
 * where ferret is made to fail.
 *
 * @module
 */
import type { RuntimeName } from "../../src/model/program_config.ts";
import type { Random } from "./random.ts";

/** How the program under test ends by itself. */
export type ProgramEnding =
  | "return"
  | "exit"
  | "Deno.exit"
  | "throw"
  | "reject"
  | "abort"
  | "loop"
  | "memory";

/** What the program under test does. fixtures/program.mjs reads it. */
export interface ProgramSettings {
  /** Its workers and processes beside the main thread: `worker0`, `child0`. */
  sources: string[];
  /** Spans of each lane. */
  spans: number;
  /** Rows of spans that each source makes. */
  lanes: number;
  isAsync: boolean;
  /** 0: never. */
  flushEvery: number;
  pauseEvery: number;
  end: ProgramEnding;
  /** After which span of lane 0. */
  endAt: number;
}

export interface Scenario {
  runtime: RuntimeName;
  transport: "mapped" | "pipe";
  store: "duckdb" | "parquet";
  /** Whether the recording has a run already. */
  hasEarlier: boolean;
  overflow: "drop" | "block" | "grow";
  ringSize: string;
  program: ProgramSettings;
  /** For `ferret run`, as in FERRET_FAIL_POINT; empty: nowhere. */
  failPoints: string;
}

/** How a scenario is chosen. */
export interface ScenarioOptions {
  runtime: RuntimeName;
  /** Fewer spans, for a run that must be short. */
  isShort: boolean;
}

/** Chooses a scenario in which nothing fails. */
export function chooseScenario(random: Random, options: ScenarioOptions): Scenario {
  const { runtime, isShort } = options;
  const spans = random.between(500, isShort ? 1_500 : 5_000);
  const workers = random.chance(0.3) ? random.between(1, 2) : 0;
  const children = random.chance(0.2) ? 1 : 0;
  return {
    runtime,
    transport: random.chance(0.8) ? "mapped" : "pipe",
    store: random.chance(0.75) ? "duckdb" : "parquet",
    hasEarlier: random.chance(0.35),
    overflow: random.pick(["drop", "block", "grow"]),
    ringSize: random.pick(["64KiB", "256KiB", "1MiB", "4MiB", "16MiB"]),
    program: {
      sources: [
        ...Array.from({ length: workers }, (_, i) => `worker${i}`),
        ...Array.from({ length: children }, (_, i) => `child${i}`),
      ],
      spans,
      lanes: random.between(1, 4),
      isAsync: random.chance(0.5),
      flushEvery: random.chance(0.6) ? random.between(100, 1_000) : 0,
      pauseEvery: random.between(20, 100),
      end: "return",
      endAt: random.between(1, spans),
    },
    failPoints: "",
  };
}
