/**
 * The command line of `ferret ab`: what is its own, what the runs', what the
 * program's.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type AbRequest, parseAbArguments } from "../../../cli/ab/arguments.ts";
import { readSettings } from "../../../cli/ab/settings.ts";

const CWD = "/";

function parse(...argv: string[]): AbRequest {
  const request = parseAbArguments(argv, CWD);
  assert.notEqual(request, "help");
  return request as AbRequest;
}

function refuses(argv: readonly string[], message: string, hint?: string): void {
  const act = () => readSettings(parse(...argv).values);
  assert.throws(act, { name: "UsageError", message, ...hint === undefined ? {} : { hint } });
}

test("parseAbArguments() takes two commands, and options before, between and behind them", () => {
  const request = parse(
    "--margin=10%",
    "bun a.ts --out x",
    "--on-ready",
    "wrk -d1 $FERRET_URL",
    "bun b.ts",
    "-oab.duckdb",
    "--no-functions",
  );
  assert.deepEqual(request.commands, ["bun a.ts --out x", "bun b.ts"]);
  assert.deepEqual(request.values, { margin: "10%", out: "ab.duckdb" });
  assert.deepEqual(request.runWords, ["--on-ready", "wrk -d1 $FERRET_URL", "--no-functions"]);
  assert.equal(request.runOptions.onReady, "wrk -d1 $FERRET_URL");
});

test("parseAbArguments() leaves flags of the runtime and of the program alone with --base", () => {
  const script = parse(
    "--runtime",
    "deno",
    "-A",
    "--base",
    "main",
    "--duration",
    "1s",
    "app.ts",
    "--base",
    "x",
    "-o",
    "y",
  );
  assert.deepEqual(script.values, { base: "main" });
  assert.deepEqual(script.target, [
    "--runtime",
    "deno",
    "-A",
    "--duration",
    "1s",
    "app.ts",
    "--base",
    "x",
    "-o",
    "y",
  ]);
  const command = parse("--base=v1", "--warmup", "0", "--", "deno", "task", "--quiet");
  assert.deepEqual(command.values, { base: "v1", warmup: "0" });
  assert.deepEqual(command.target, ["--", "deno", "task", "--quiet"]);
});

test("parseAbArguments() asks for help where help is asked for", () => {
  assert.equal(parseAbArguments(["--help"], CWD), "help");
  assert.equal(parseAbArguments(["--base", "main", "-h"], CWD), "help");
});

test("parseAbArguments() says what is wrong, and what to do", () => {
  refuses(
    ["bun", "a.ts"].concat("bun", "b.ts"),
    "Cannot compare: expected two commands, each in quotes, got 4",
    "ferret ab 'deno run base.ts' 'deno run head.ts', or ferret ab --base main app.ts",
  );
  refuses([], "Cannot compare: expected two commands, each in quotes, got 0");
  refuses(
    ["app.ts", "--base", "main"],
    "Cannot compare: --base stands behind the script, so it is the program's",
    "Write ferret ab --base <rev> <script>",
  );
  refuses(
    ["a", "b", "--max-round", "3"],
    'Cannot use "--max-round": neither ferret ab nor ferret run has this option',
    'Did you mean "--max-rounds"?',
  );
  refuses(["a", "b", "--warmup"], 'Cannot use "--warmup": its value is missing');
  refuses(["a", "b", "--quiet=1"], 'Cannot use "--quiet=1": --quiet takes no value');
  refuses(
    ["a", "b", "--report"],
    "Cannot use --report with ferret ab: there are as many runs as it takes",
  );
});

test("readSettings() refuses values that make no sense", () => {
  const two = ["a", "b"];
  refuses(
    [...two, "--format", "xml"],
    'Cannot use --format "xml": expected ' +
      "text, json, junit, github, markdown, gitlab, tap, csv",
  );
  refuses(
    [...two, "--max-rounds", "0"],
    'Cannot use --max-rounds "0": expected a whole number from 1 on',
  );
  refuses([...two, "--warmup", "x"], 'Cannot use --warmup "x": expected a whole number from 0 on');
  refuses(
    [...two, "--margin", "0%"],
    'Cannot use --margin "0%": expected more than 0% and less than 100%',
  );
  refuses(
    [...two, "--alpha", "1"],
    'Cannot read share "1": expected something like "1%" or "0.01"',
  );
  refuses([...two, "--max-time", "0s"], 'Cannot use --max-time "0s": it is no time at all');
  refuses(
    [...two, "--of", "p50,max"],
    'Cannot read quantity "max" of "p50,max": expected p50, p99.9, avg or errors',
  );
  refuses(
    [...two, "--span", "db:*{a=b}"],
    'Cannot use --span "db:*{a=b}": spans are compared by name, not by attributes',
  );
});

test("readSettings() takes what the options say before what the configuration says", () => {
  const config = { margin: 0.2, maxRounds: 7, maxTimeNs: 5e9, install: "make", warmup: 0 };
  const settings = readSettings({ margin: "10%", install: false }, config);
  assert.equal(settings.margin, 0.1);
  assert.equal(settings.maxRounds, 7);
  assert.equal(settings.maxTimeMs, 5_000);
  assert.equal(settings.warmup, 0);
  assert.equal(settings.install, false);
  assert.equal(settings.alpha, 0.01);
  const of = readSettings({ of: "p999, med,p(95),mean,errors" }).quantities!;
  const shown = of.map((one) => one.kind === "percentile" ? one.percentile.text : one.kind);
  assert.deepEqual(shown, ["99.9", "50", "95", "avg", "errors"]);
});
