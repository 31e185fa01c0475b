/**
 * What stands in `ferret.json`, in the `ferret` key of `package.json` or
 * `deno.json`, or in what `ferret.config.ts` exports by default: the options of
 * the commands, under the names that they have on the command line.
 *
 * Durations are texts such as `"50us"` or `"1m30s"`, a number is milliseconds.
 * Shares are texts such as `"1%"` or numbers such as `0.01`.
 *
 * @module
 */
import type { RuntimeName } from "./program_config.ts";

/**
 * The settings of a project.
 *
 * Write `export default {…} satisfies FerretConfig` in `ferret.config.ts` to
 * have them checked and completed by an editor.
 */
export interface FerretConfig {
  /** Where editors find the schema. ferret does not read it. */
  $schema?: string | undefined;
  /** Of `ferret run`. */
  run?: RunSettings | undefined;
  /** Of `ferret check`. */
  check?: CheckSettings | undefined;
  /** Of `ferret ab`. */
  ab?: AbSettings | undefined;
}

/** What `ferret run` does unless its flags say otherwise. */
export interface RunSettings {
  /** The recording, seen from the folder of the configuration. Default `out.duckdb`, in the current folder. */
  out?: string | undefined;
  /** Default: what the project's files say, else what ferret runs on. */
  runtime?: RuntimeName | undefined;
  /** Globs of the files whose functions are recorded; `false`: no functions. Default: the project's. */
  functions?: string | readonly string[] | false | undefined;
  /** Functions that are shorter are only counted. Default 0. */
  minDuration?: string | number | undefined;
  /** Share of the traces that are recorded. Default: what `OTEL_TRACES_SAMPLER` says, else all. */
  sample?: string | number | undefined;
  /** Spans a second of each thread, from which on no trace is begun. Default: no limit. */
  maxSpansPerSecond?: number | undefined;
  /** Rules such as `errors,slow:100ms`: which traces are kept. Default: all. */
  keep?: string | readonly string[] | undefined;
  /** What is observed. Default: all that can be. */
  hook?: string | readonly string[] | undefined;
  /** What is not observed. Default none. */
  noHook?: string | readonly string[] | undefined;
  /** What happens when the ring is full. Default `drop`. */
  overflow?: "drop" | "block" | "grow" | undefined;
  /** Size of the ring, such as `"64MiB"`, or bytes. Default 16 MiB. */
  ringSize?: string | number | undefined;
  /** When the program is ended. Default: never. */
  duration?: string | number | undefined;
  /** Command for the shell that is run when the program listens; the run ends with it. */
  onReady?: string | undefined;
  /** Kept with the run. Default none. */
  labels?: Readonly<Record<string, string>> | undefined;
  /** More that is taken out; `false`: no secrets are taken out. Default: what is known to be secret. */
  redact?: string | readonly string[] | false | undefined;
  /** Whether the report follows the run. Default false. */
  report?: boolean | undefined;
  /** Whether there is no summary. Default false. */
  quiet?: boolean | undefined;
}

/** Thresholds, and how runs are held against them. */
export interface CheckSettings {
  /**
   * `"http.server:*: p(99) < 200ms"` each, or by selector:
   * `{ "http.server:*": ["p(99) < 200ms", "errors < 1%"] }`.
   */
  thresholds?:
    | string
    | readonly string[]
    | Readonly<Record<string, string | readonly string[]>>
    | undefined;
  /** Spans that thresholds without a selector are about. Default: requests, else root spans. */
  span?: string | undefined;
  /** Chance that a program that keeps all thresholds fails the check. Default 0.01. */
  alpha?: string | number | undefined;
  /** Changes up to this share are none. Default 0.05. */
  margin?: string | number | undefined;
  /** Fewest spans to judge by. Default 1/(1-p). */
  minSamples?: number | undefined;
  /** Lost spans to put up with: a share, or a number of spans. Default none. */
  maxLoss?: string | number | undefined;
  /** What comes of it when the run cannot tell. Default `report`: exit code 3. */
  inconclusive?: "fail" | "pass" | "report" | undefined;
  /** What relative thresholds compare with: a recording, a run, or a kept baseline. */
  baseline?: string | undefined;
}

/** How `ferret ab` compares two versions of a program. */
export interface AbSettings {
  /** Command for the shell that makes the baseline's folder ready; `false`: none. Default: what its lockfile says. */
  install?: string | false | undefined;
  /** Command for the shell that loads each run when the program listens. Default: that of `run`. */
  onReady?: string | undefined;
  /** When each run is ended. Default: that of `run`. */
  duration?: string | number | undefined;
  /** Rounds before those that count. Default 1. */
  warmup?: number | undefined;
  /** Selector of what is compared. Default: requests, else root spans. */
  span?: string | undefined;
  /** What of it: `"p99"`, `"avg"`, `"errors"`. Default: p50, p99 and avg. */
  of?: string | readonly string[] | undefined;
  /** Changes up to this share are none. Default 0.05. */
  margin?: string | number | undefined;
  /** Chance of a false alarm in the whole comparison. Default 0.01. */
  alpha?: string | number | undefined;
  /** Rounds after which it ends undecided. Default 40. */
  maxRounds?: number | undefined;
  /** Time after which it ends undecided. Default 10 minutes. */
  maxTime?: string | number | undefined;
}
