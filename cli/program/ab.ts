/**
 * What `ferret ab` takes, and what its help says. Its command line is read by
 * cli/ab/arguments.ts, because flags of runtimes may be part of it.
 *
 * @module
 */
import { type Command, Option } from "@commander-js/extra-typings";
import { COMPARISON_FORMATS } from "../formats.ts";

const AB_HELP = `
Beside these, all options of ferret run, for the runs of both sides, such as:
  --on-ready <command>     load each run with it when the program listens, and
                           end both with it
  --duration <time>        end each run after this time
  --functions <glob>, --no-functions, --min-duration <time>, --hook <names>

The two sides take turns, in rounds. After about a dozen of them there is a first
look, later some more; it is over when everything that is compared is proven
slower, faster, or the same within the margin. All looks together raise a false
alarm with a chance of --alpha at most. What the programs print is not shown.

With --base, the baseline is a commit in a folder of its own, which is removed
at the end; the candidate is the working tree as it is.

Examples:
  ferret ab 'deno run base.ts' 'deno run head.ts'
  ferret ab --base main --on-ready 'wrk -d5 $FERRET_URL' -A server.ts
  ferret ab --base v1.2 --install 'npm ci && npm run build' -- node dist/job.js
  ferret ab --span 'http.server:*' --of p99 --margin 10% 'bun old.ts' 'bun new.ts'
  ferret ab --max-time 30m -o ab.duckdb --base HEAD~1 -- bun run bench

Exit codes: 0 nothing is slower, 1 something is, 2 called wrongly or a command
failed, 3 cannot say; 128 + n when signal n ended it, 130 after Ctrl-C.`;

/** The options, without those of `ferret run`. */
export function abOptions(): Option[] {
  return [
    new Option("--base <rev>", "compare the working tree with this commit, tag or branch of git"),
    new Option(
      "--install <command>",
      "shell command that makes the baseline's folder ready (default: by its lockfile: npm ci, " +
        "bun install, deno install …, if it depends on anything)",
    ),
    new Option("--no-install", "install nothing there"),
    new Option("--warmup <rounds>", "rounds before those that count (default: 1)"),
    new Option("--span <selector>", "what is compared (default: requests, else root spans)"),
    new Option(
      "--of <quantities>",
      "what of it: p50, p99 and other percentiles, avg, errors (default: p50,p99,avg)",
    ),
    new Option("--margin <share>", "changes up to this are none (default: 5%)"),
    new Option("--alpha <share>", "chance of a false alarm in the whole comparison (default: 1%)"),
    new Option("--max-rounds <n>", "end it undecided after so many (default: 40)"),
    new Option("--max-time <time>", "end it undecided after this time (default: 10m)"),
    new Option("--seed <n>", "draw the order of the sides anew (default: 1)"),
    new Option("--ignore-failure", "go on when a command ends with an exit code"),
    new Option("--show-output", "show what the commands print, on stderr"),
    new Option("-o, --out <recording>", "keep the runs, to look at them with ferret diff"),
    new Option("--format <format>", "how to print it").choices(COMPARISON_FORMATS)
      .default("text" as const),
    new Option("--quiet", "say nothing but the result"),
  ];
}

/** Only listed: main hands everything after `ab` to the command untouched. */
export function addAb(program: Command): void {
  const command = program.command("ab")
    .description("run two versions of a program in turns, until it is clear which is faster")
    .usage(
      "[options] '<baseline command>' '<candidate command>'\n" +
        "       ferret ab [options] --base <rev> <script> [args…]\n" +
        "       ferret ab [options] --base <rev> -- <command> [args…]",
    )
    .argument("<commands...>", "two, each in quotes; with --base a script or a command");
  for (const option of abOptions()) command.addOption(option);
  command.addHelpText("after", AB_HELP);
}
