/**
 * The options of `ferret run`: what each is called, what it takes, and what it
 * means. Turning text into values happens here and nowhere else.
 *
 * @module
 */
import type { RuntimeName } from "../../src/model/program_config.ts";
import { parseDuration } from "../../src/model/duration.ts";
import { parseKeepRule } from "../../src/model/keep_rule.ts";
import { HOOK_CATALOG } from "../../src/hooks/catalog.ts";
import { parseRedactionPatterns } from "../../src/redaction/patterns.ts";
import type { OverflowPolicy } from "../../src/ring/producer.ts";
import { UsageError } from "../errors.ts";
import { asUsage } from "../usage.ts";
import { nearest } from "./nearest.ts";
import { parseSize } from "./size.ts";

/** Limits of the ring's layout. */
const MIN_RING_BYTES = 64 * 1024;
const MAX_RING_BYTES = 1024 ** 3;

const RUNTIMES: readonly RuntimeName[] = ["deno", "bun", "node"];
const POLICIES: readonly OverflowPolicy[] = ["drop", "block", "grow"];
/** `--hook none`: functions and the program's own spans only. */
const NO_HOOK = "none";

/** Validated options of `ferret run`. */
export interface RunOptions {
  /** The recording. Default `out.duckdb`. */
  out: string;
  /** Default: what the project's files say, else what ferret runs on. */
  runtime?: RuntimeName;
  /** Globs of `--functions`. Default none: the user's own files. */
  functions: string[];
  /** False with `--no-functions`. */
  recordsFunctions: boolean;
  /** Functions shorter than this are only counted. Default 0. */
  minDurationNs: number;
  /** Share of the traces that are recorded. Default: what OpenTelemetry's variables say, else all. */
  sampleRatio?: number;
  /** Spans a second of each thread. Default 0: no limit. */
  maxSpansPerSecond: number;
  /** Rules of `--keep`: a trace is kept for any of them. Default none: all traces are kept. */
  keep: string[];
  /** When the program is ended. Default: never. */
  durationNs?: number;
  /** How often the program is run. Default 1. */
  repeat: number;
  /** Runs before those that are not recorded. Default 0. */
  warmup: number;
  /** Command for the shell that is run when the program listens. */
  onReady?: string;
  /** Default `drop`. */
  overflow: OverflowPolicy;
  /** Bytes of a ring, or of one segment of it with `grow`. Default 16 MiB. */
  ringBytes: number;
  /** Hooks to install. Default none named: all. */
  hooks: string[];
  /** Hooks to leave out. */
  noHooks: string[];
  /** `--label key=value`. */
  labels: Record<string, string>;
  /** Patterns of `--redact`. False with `--no-redact`: no secrets are taken out. */
  redact: string[] | false;
  /** No summary. */
  quiet: boolean;
  /** The report after the run, on stderr. */
  report: boolean;
}

/** What the options are when nothing is given. */
export function defaultRunOptions(): RunOptions {
  return {
    out: "out.duckdb",
    functions: [],
    recordsFunctions: true,
    minDurationNs: 0,
    maxSpansPerSecond: 0,
    keep: [],
    repeat: 1,
    warmup: 0,
    overflow: "drop",
    ringBytes: 16 * 1024 * 1024,
    hooks: [],
    noHooks: [],
    labels: {},
    redact: [],
    quiet: false,
    report: false,
  };
}

type Apply = (options: RunOptions, value: string) => void;

const SWITCHES: ReadonlyMap<string, (options: RunOptions) => void> = new Map([
  ["--no-functions", (options: RunOptions) => void (options.recordsFunctions = false)],
  ["--no-redact", turnRedactionOff],
  ["--quiet", (options: RunOptions) => void (options.quiet = true)],
  ["--report", (options: RunOptions) => void (options.report = true)],
]);

const VALUES: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ["--out", (options, value) => void (options.out = value)],
  ["--runtime", (options, value) => void (options.runtime = oneOf("--runtime", value, RUNTIMES))],
  ["--functions", (options, value) => void options.functions.push(value)],
  [
    "--min-duration",
    (options, value) => void (options.minDurationNs = asUsage(() => parseDuration(value))),
  ],
  ["--sample", (options, value) => void (options.sampleRatio = ratioOf(value))],
  [
    "--max-spans-per-second",
    (options, value) => void (options.maxSpansPerSecond = countOf("--max-spans-per-second", value)),
  ],
  ["--keep", (options, value) => void options.keep.push(checkedRule(value))],
  ["--duration", (options, value) => void (options.durationNs = durationOf(value))],
  ["--repeat", (options, value) => void (options.repeat = countOf("--repeat", value))],
  ["--warmup", (options, value) => void (options.warmup = countOf("--warmup", value))],
  ["--on-ready", (options, value) => void (options.onReady = value)],
  [
    "--overflow",
    (options, value) => void (options.overflow = oneOf("--overflow", value, POLICIES)),
  ],
  ["--ring-size", (options, value) => void (options.ringBytes = ringBytesOf(value))],
  ["--hook", (options, value) => void options.hooks.push(...hooksOf("--hook", value))],
  ["--no-hook", (options, value) => void options.noHooks.push(...hooksOf("--no-hook", value))],
  ["--label", (options, value) => addLabel(options.labels, value)],
  ["--redact", addPattern],
]);

/** All long names, to suggest from. */
export const RUN_OPTION_NAMES: readonly string[] = [...SWITCHES.keys(), ...VALUES.keys(), "--help"];

/**
 * Takes one of ferret's own options from `argv` and applies it.
 *
 * @returns How many arguments it took up; 0 when it is none of ferret's.
 */
export function takeRunOption(
  options: RunOptions,
  argv: readonly string[],
  index: number,
): number {
  const argument = expandShort(argv[index]!);
  const equals = argument.indexOf("=");
  const name = runOptionName(argument);
  const turnOn = SWITCHES.get(name);
  if (turnOn !== undefined) {
    if (equals >= 0) throw new UsageError(`Cannot use "${argv[index]}": ${name} takes no value`);
    turnOn(options);
    return 1;
  }
  const apply = VALUES.get(name);
  if (apply === undefined) return 0;
  const value = equals < 0 ? argv[index + 1] : argument.slice(equals + 1);
  if (value === undefined || value === "") {
    throw new UsageError(`Cannot use "${name}": its value is missing`);
  }
  apply(options, value);
  return equals < 0 ? 2 : 1;
}

/** The long name of the option that an argument gives. */
export function runOptionName(argument: string): string {
  return expandShort(argument).split("=", 1)[0]!;
}

/** `-o x`, `-ox` and `-o=x` are `--out`. */
function expandShort(argument: string): string {
  if (argument === "-o") return "--out";
  return /^-o./.test(argument) ? `--out=${argument.slice(2).replace(/^=/, "")}` : argument;
}

function oneOf<T extends string>(option: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  const meant = nearest(value, allowed);
  throw new UsageError(
    `Cannot use ${option} "${value}": expected ${allowed.join(", ")}`,
    meant === undefined ? undefined : `Did you mean "${meant}"?`,
  );
}

function ratioOf(value: string): number {
  const match = /^(\d+\.?\d*|\.\d+)\s*(%?)$/.exec(value.trim());
  const ratio = match === null ? NaN : Number(match[1]) / (match[2] === "%" ? 100 : 1);
  if (ratio >= 0 && ratio <= 1) return ratio;
  throw new UsageError(
    `Cannot use --sample "${value}": expected a share from 0 to 1`,
    "0.1 or 10% records every tenth trace",
  );
}

function countOf(option: string, value: string): number {
  const count = /^\d[\d_,]*$/.test(value) ? Number(value.replace(/[_,]/g, "")) : 0;
  if (count > 0 && Number.isSafeInteger(count)) return count;
  throw new UsageError(`Cannot use ${option} "${value}": expected a whole number above 0`);
}

function checkedRule(value: string): string {
  asUsage(() => parseKeepRule(value));
  return value;
}

function durationOf(value: string): number {
  const ns = asUsage(() => parseDuration(value));
  if (ns > 0) return ns;
  throw new UsageError(`Cannot use --duration "${value}": it is no time at all`);
}

function ringBytesOf(value: string): number {
  const bytes = asUsage(() => parseSize(value));
  if (bytes >= MIN_RING_BYTES && bytes <= MAX_RING_BYTES) return bytes;
  throw new UsageError(`Cannot use --ring-size "${value}": expected 64KiB to 1GiB`);
}

function hooksOf(option: string, value: string): string[] {
  const names = value.split(",").map((name) => name.trim()).filter((name) => name !== "");
  const known = HOOK_CATALOG.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name) || name === NO_HOOK) continue;
    const near = nearest(name, known);
    throw new UsageError(
      `Cannot use ${option} "${name}": there is no such hook`,
      near === undefined ? "ferret doctor lists them" : `Did you mean ${near}?`,
    );
  }
  return names;
}

function addPattern(options: RunOptions, value: string): void {
  if (options.redact === false) throw redactedAndNot();
  asUsage(() => parseRedactionPatterns([value]));
  options.redact.push(value);
}

function turnRedactionOff(options: RunOptions): void {
  if (options.redact !== false && options.redact.length > 0) throw redactedAndNot();
  options.redact = false;
}

function redactedAndNot(): UsageError {
  return new UsageError(
    "Cannot use --redact and --no-redact together",
    "--redact adds to what is taken out by default; --no-redact takes nothing out",
  );
}

function addLabel(labels: Record<string, string>, value: string): void {
  const equals = value.indexOf("=");
  if (equals < 1) throw new UsageError(`Cannot use --label "${value}": expected key=value`);
  labels[value.slice(0, equals)] = value.slice(equals + 1);
}
