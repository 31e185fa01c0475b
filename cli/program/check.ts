/**
 * What `ferret check` takes, and what its help says.
 *
 * @module
 */
import { type Command, Option } from "@commander-js/extra-typings";
import { INCONCLUSIVE_POLICIES } from "../../src/analysis/check_report.ts";
import { GATE_FORMATS } from "../formats.ts";
import type { Io } from "../io.ts";
import { collect, configOption, noConfigOption, parseCount, RECORDING, RUN } from "./options.ts";

const CHECK_HELP = `
Examples:
  ferret check --p99 200ms --error-rate 1%
  ferret check runs.duckdb --p95 50ms --span 'GET /users/:id'
  ferret check --threshold 'http.server:*: p(99) < 200ms' --threshold 'db:*: avg < 5ms'
  ferret check --threshold 'count(db:*) per http.server <= 5' --threshold 'unfinished == 0'
  ferret check --threshold 'metric:eventloop.delay p(99) < 50ms'
  ferret check --baseline main --p99         no slower than the baseline, as far as can be told
  ferret check --baseline main --p99 +10%    slower by 10% at most
  ferret check                               the thresholds of ferret.json

Exit codes: 0 all met, 1 one is not, 3 cannot say: nothing to measure, too few
spans (a percentile p needs 1/(1-p)), a limit that chance may explain, spans
lost beyond --max-loss, no baseline. --inconclusive makes that 0 or 1.`;

export function addCheck(program: Command, io: Io, finish: (exitCode: number) => void): void {
  const limit = "[time|change]";
  program.command("check")
    .description("hold a run against thresholds")
    .argument("[recording]", RECORDING)
    .option(`--p50 ${limit}`, "largest median; without a limit: as in the baseline")
    .option(`--p90 ${limit}`, "largest 90th percentile")
    .option(`--p95 ${limit}`, "largest 95th percentile")
    .option(`--p99 ${limit}`, "largest 99th percentile, e.g. 200ms or +10%")
    .option(`--p999 ${limit}`, "largest 99.9th percentile")
    .option("--max [time]", "largest duration")
    .option(`--avg ${limit}`, "largest mean")
    .option("--error-rate [share|change]", "largest share of failed spans, e.g. 1%")
    .option("--span <selector>", "what these are about (default: requests, else root spans)")
    .option(
      "--threshold <expression>",
      "after k6, e.g. 'GET /users/:id: p(99) < 200ms'; may be repeated",
      collect,
    )
    .option("--baseline <name>", "what changes are from: a baseline, a recording, or rec.duckdb#3")
    .option("--margin <share>", "changes up to this are none (default: 5%)")
    .option("--alpha <share>", "chance of a false alarm of all thresholds together (default: 1%)")
    .addOption(
      new Option("--inconclusive <verdict>", "what comes of what cannot be said")
        .choices(INCONCLUSIVE_POLICIES),
    )
    .option("--min-samples <n>", "fewest spans to judge by (default: 1/(1-p))", parseCount)
    .option("--max-loss <share|n>", "lost spans to put up with, e.g. 1% (default: 0)")
    .option("--run <id|n>", RUN)
    .addOption(
      new Option("--format <format>", "how to print it").choices(GATE_FORMATS)
        .default("text" as const),
    )
    .addOption(configOption())
    .addOption(noConfigOption())
    .addHelpText("after", CHECK_HELP)
    .action(async (recording, options) => {
      const { check } = await import("../commands/check.ts");
      finish(await check({ recording, ...options }, io));
    });
}
