/**
 * What settings there are: their types, their meaning, what they may hold.
 * Validation, the JSON schema of editors and the tables of the documentation
 * are all made from this.
 *
 * Messages are ends of sentences: `Cannot use run.sample "2" in ferret.json:4:5: …`.
 *
 * @module
 */
import * as v from "valibot";
import { parseSelector } from "../../src/model/selector.ts";
import {
  describe,
  duration,
  list,
  listOrFalse,
  nonEmpty,
  oneOf,
  SHARE,
  share,
  text,
  whole,
} from "./leaves.ts";

const LOSS_EXPECTED = 'expected a share such as "1%" or a number of spans';

const RUN = v.strictObject({
  out: v.optional(text(
    "The recording, seen from the folder of the configuration. A path ending in / or .parquet " +
      "records Parquet. Default: out.duckdb in the current folder.",
    ["profile/runs.duckdb"],
  )),
  runtime: v.optional(oneOf(
    ["deno", "bun", "node"],
    "The runtime of scripts. Default: what the project's files say, else what ferret runs on.",
  )),
  functions: v.optional(listOrFalse(
    "Globs of the files whose functions are recorded, packages included; false records no " +
      "functions. Default: the files of the project, without node_modules.",
    ["src/**", false],
  )),
  minDuration: v.optional(duration(
    "Functions that are shorter are only counted. Default: 0.",
    ["50us"],
  )),
  sample: v.optional(share(
    "Share of the traces that are recorded, decided at the root of each. Default: what " +
      "OTEL_TRACES_SAMPLER says, else all.",
    ["10%", 0.1],
  )),
  maxSpansPerSecond: v.optional(whole(
    "Begin no trace while a thread has recorded more spans a second. Default: no limit.",
    { least: 1, examples: [10_000] },
  )),
  keep: v.optional(list(
    "Rules that say which traces are kept when their root has ended: errors, slow:<time>, " +
      "name:<selector>. Default: all.",
    ["errors,slow:100ms"],
  )),
  hook: v.optional(list(
    "Observe only these. ferret doctor lists them. Default: all.",
    [["fetch", "http"]],
  )),
  noHook: v.optional(list("Do not observe these. Default: none.", ["fs"])),
  overflow: v.optional(oneOf(
    ["drop", "block", "grow"],
    "When the ring is full: drop spans and count them, block the program, or grow the ring. " +
      "Default: drop.",
  )),
  ringSize: v.optional(describe(
    v.union(
      [nonEmpty(), v.number()],
      'expected a size such as "16MiB"',
    ),
    "Size of the ring, 64KiB to 1GiB; a number is bytes. Default: 16MiB.",
    ["64MiB"],
  )),
  duration: v.optional(duration(
    "End the program after this time, as Ctrl-C would. Default: never.",
    ["30s"],
  )),
  onReady: v.optional(text(
    "Shell command that is run when the program listens, with FERRET_URL and FERRET_PORT; the " +
      "run ends with it. Default: none.",
    ["wrk -d 10s $FERRET_URL"],
  )),
  labels: v.optional(describe(
    v.record(v.string(), v.string("expected a text"), "expected an object of texts"),
    "Labels that are kept with the run. Those of --label are added. Default: none.",
    [{ branch: "main" }],
  )),
  redact: v.optional(listOrFalse(
    "What is taken out beside passwords, tokens and the like: names such as customer.*, or " +
      "regular expressions between slashes; false takes no secrets out. Default: none.",
    ["customer.*", "/acme-\\d+/i"],
  )),
  report: v.optional(describe(
    v.boolean("expected true or false"),
    "Print the report after the run, on stderr. Default: false.",
  )),
  quiet: v.optional(describe(
    v.boolean("expected true or false"),
    "Print no summary. Default: false.",
  )),
}, "expected an object");

const CHECK = v.strictObject({
  thresholds: v.optional(describe(
    v.union([
      nonEmpty(),
      v.array(nonEmpty()),
      v.record(
        v.string(),
        v.union([
          nonEmpty(),
          v.array(nonEmpty()),
        ], "expected a threshold or a list of them"),
      ),
    ], "expected thresholds: a text, a list of texts, or an object from selectors to them"),
    "Thresholds as --threshold takes them, or by the selector of the spans that they are about. " +
      "Default: none.",
    [
      ["http.server:*: p(99) < 200ms", "loss == 0"],
      { "http.server:*": ["p(99) < 200ms", "errors < 1%"], "Cart.*": "p(95) < 5ms" },
    ],
  )),
  span: v.optional(text(
    "Selector of the spans that thresholds without one are about. Default: requests, else root " +
      "spans.",
    ["http.server:*"],
    parseSelector,
  )),
  alpha: v.optional(share(
    "Chance that a program that keeps all thresholds fails the check: above 0, below 0.5. " +
      "Default: 1%.",
    ["1%", 0.01],
    { below: 0.5 },
  )),
  margin: v.optional(share(
    "Changes up to this share are none. Default: 5%.",
    ["5%", 0.05],
  )),
  minSamples: v.optional(whole(
    "Fewest spans to judge by. Default: 1/(1-p), a hundred for the 99th percentile.",
    { least: 1, examples: [1000] },
  )),
  maxLoss: v.optional(describe(
    v.union(
      [
        v.pipe(v.string(), v.regex(SHARE, LOSS_EXPECTED)),
        v.pipe(v.number(), v.minValue(0, "it is negative")),
      ],
      LOSS_EXPECTED,
    ),
    "Lost spans to put up with: a share, or a number of spans. Default: 0.",
    ["1%", 100],
  )),
  inconclusive: v.optional(oneOf(
    ["fail", "pass", "report"],
    "What comes of a run that cannot tell: exit code 1, 0, or 3. Default: report.",
  )),
  baseline: v.optional(text(
    "What relative thresholds compare with: a recording, a run of it, or the name of a baseline. " +
      "Default: none.",
    ["main", "baseline.duckdb#3"],
  )),
}, "expected an object");

const AB = v.strictObject({
  install: v.optional(describe(
    v.union([nonEmpty(), v.literal(false)], "expected a command, or false"),
    "Shell command that makes the baseline's folder ready; false installs nothing. Default: by " +
      "its lockfile.",
    ["npm ci && npm run build", false],
  )),
  onReady: v.optional(text(
    "Shell command that loads each run when the program listens; the run ends with it. Default: " +
      "that of run.",
    ["wrk -d 5s $FERRET_URL"],
  )),
  duration: v.optional(duration(
    "End each run after this time. Default: that of run.",
    ["10s"],
  )),
  warmup: v.optional(whole(
    "Rounds before those that count. Default: 1.",
    { least: 0, examples: [1] },
  )),
  span: v.optional(text(
    "Selector of what is compared. Default: requests, else root spans.",
    ["http.server:*"],
    parseSelector,
  )),
  of: v.optional(list(
    "What of it: p50, p99 and other percentiles, avg, errors. Default: p50, p99 and avg.",
    [["p99", "errors"]],
  )),
  margin: v.optional(share(
    "Changes up to this share are none: above 0, below 1. Default: 5%.",
    ["5%", 0.05],
    { below: 1 },
  )),
  alpha: v.optional(share(
    "Chance of a false alarm in the whole comparison: above 0, below 1. Default: 1%.",
    ["1%", 0.01],
    { below: 1 },
  )),
  maxRounds: v.optional(whole(
    "End it undecided after so many rounds. Default: 40.",
    { least: 1, examples: [100] },
  )),
  maxTime: v.optional(duration("End it undecided after this time. Default: 10m.", ["30m"])),
}, "expected an object");

/** Settings by command. */
export const SECTIONS = { run: RUN, check: CHECK, ab: AB } as const;

/** All of a configuration. */
export const CONFIG = v.strictObject({
  $schema: v.optional(describe(
    v.string("expected a text"),
    "Where editors find this schema. ferret does not read it.",
  )),
  run: v.optional(describe(RUN, "What ferret run does unless its flags say otherwise.")),
  check: v.optional(describe(CHECK, "Thresholds, and how ferret check holds a run against them.")),
  ab: v.optional(describe(AB, "How ferret ab compares two programs.")),
}, "expected an object");
