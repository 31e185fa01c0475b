/**
 * What `ferret diff` takes, and what its help says.
 *
 * @module
 */
import { type Command, Option } from "@commander-js/extra-typings";
import { COMPARISON_FORMATS, DIFF_SORTS } from "../formats.ts";
import type { Io } from "../io.ts";
import { filterOption, parseCount } from "./options.ts";

const SIDE = "rec.duckdb (its runs of the same program), rec.duckdb#3, rec.duckdb#1-5,8, or " +
  "a baseline by its name";

const DIFF_HELP = `
Examples:
  ferret diff before.duckdb after.duckdb
  ferret diff main                         a baseline, and what was recorded last
  ferret diff out.duckdb#1-10 out.duckdb#11-20 --of p50,p99,avg
  ferret diff main --filter 'http.server:*' --format markdown

~ stands where nothing is proven, "same" where it is proven that the change is
within --margin. All rows are one family: the chance that any of them cries wolf
is --alpha.

Exit codes: 0 nothing is proven slower or to fail more often, 1 something is,
3 cannot say: nothing to compare, or spans lost beyond --max-loss.`;

export function addDiff(program: Command, io: Io, finish: (exitCode: number) => void): void {
  program.command("diff")
    .description("compare runs: what has changed, and how sure that is")
    .argument("<baseline>", SIDE)
    .argument("[candidate]", "the same (default: what was recorded last into out.duckdb)")
    .addOption(filterOption())
    .option("--of <quantities>", "of p50 … p99.9, avg, errors (default: p50,p99,errors)")
    .option("--alpha <share>", "chance of a false alarm in all of it (default: 0.01)")
    .option("--margin <share>", "changes up to it are none, e.g. 5% (default: 5%)")
    .option("--max-loss <share|n>", "lost spans of a side to put up with (default: 1%)")
    .addOption(
      new Option("--sort <key>", "order of the rows").choices(DIFF_SORTS).default("time" as const),
    )
    .option("--limit <n>", "most rows of a table; 0: all (default: 20)", parseCount)
    .option("--all", "all rows, also of what cannot be compared")
    .addOption(
      new Option("--format <format>", "how to print it").choices(COMPARISON_FORMATS)
        .default("text" as const),
    )
    .addHelpText("after", DIFF_HELP)
    .action(async (baseline, candidate, options) => {
      const { diff } = await import("../commands/diff.ts");
      finish(await diff({ baseline, candidate, ...options }, io));
    });
}
