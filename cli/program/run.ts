/**
 * What `ferret run` takes, and what its help says. Its command line is read by
 * cli/run/arguments.ts, because most of it belongs to others; a test holds this
 * list against the options that are read there.
 *
 * @module
 */
import { type Command, Option } from "@commander-js/extra-typings";

const RUN_NOTES = `
The program keeps its input, output, arguments, environment and exit code; what
ferret has to say goes to stderr. Flags of the runtime, such as -A, --allow-net
or --smol, stand before the script. What no option says, ferret.json may say; with
FERRET_CONFIG=none in the environment it is left alone.`;

const RUN_HELP = `${RUN_NOTES}

Examples:
  ferret run app.ts
  ferret run -o runs.duckdb --allow-net --allow-read server.ts 8080
  ferret run --runtime bun --min-duration 50us build.ts
  ferret run -- deno serve --port 3000 app.ts
  ferret run --sample 0.1 --keep errors,slow:200ms --duration 1m server.ts
  ferret run --on-ready 'curl -fsS $FERRET_URL/health' server.ts
  ferret run --redact 'customer.*' --redact '/\\b\\d{16}\\b/' server.ts
  ferret run --repeat 10 --warmup 1 build.ts
  ferret run -- bun test

Exit codes: the program's own, 128 + n when signal n ended it; 2 when ferret was
called wrongly, 70 when ferret itself failed before the program could run. 0 when
--duration ended the program; with --on-ready that of the command, and 1 when
--duration ended a program that never listened. --repeat goes on until a run ends
with another code than 0, and ends with that.`;

/** Only listed: main hands everything after `run` to the command untouched. */
export function addRun(program: Command): void {
  program.command("run")
    .description("run a program and record it")
    .usage("[options] <script> [args…]\n       ferret run [options] -- <command> [args…]")
    .argument("<script>", "a file, or the program of a package: npm:eslint")
    .argument("[args...]", "its arguments")
    .option(
      "-o, --out <recording>",
      "where to; a path ending in / or .parquet records Parquet (default: out.duckdb)",
    )
    .addOption(
      new Option(
        "--runtime <runtime>",
        "what to run it on (default: deno beside a deno.json, bun beside a bun.lock or " +
          "bunfig.toml, else what ferret runs on)",
      ).choices(["deno", "bun", "node"] as const),
    )
    .option(
      "--functions <glob>",
      "record the functions of these files, packages included; may be repeated (default: the " +
        "files of the project, without node_modules)",
    )
    .option("--no-functions", "record no functions")
    .option("--min-duration <time>", "only count functions that are shorter, e.g. 50us")
    .option(
      "--sample <ratio>",
      "record this share of the traces, e.g. 0.1 or 10%, decided at the root of each (default: " +
        "what OTEL_TRACES_SAMPLER says, else all)",
    )
    .option(
      "--max-spans-per-second <n>",
      "begin no trace while a thread has recorded more than n spans a second",
    )
    .option(
      "--keep <rule>",
      "keep a trace when its root has ended if it has an error, its root was slow, or it has a " +
        "span of a name: errors,slow:100ms,name:http.server:POST*",
    )
    .option("--hook <hooks>", "observe only these, e.g. fetch,http")
    .option("--no-hook <hooks>", "do not observe these")
    .addOption(
      new Option(
        "--overflow <policy>",
        "when the ring is full: drop spans and count them, block the program, or grow the ring " +
          "(default: drop)",
      ).choices(["drop", "block", "grow"] as const),
    )
    .option("--ring-size <size>", "64KiB to 1GiB (default: 16MiB)")
    .option("--duration <time>", "end the program after this time, as Ctrl-C would")
    .option(
      "--on-ready <command>",
      "run a shell command when the program listens, with FERRET_URL and FERRET_PORT, and end " +
        "both with it",
    )
    .option(
      "--repeat <n>",
      "run it n times, one after the other, to compare with: ferret diff, ferret baseline",
    )
    .option("--warmup <n>", "run it n times more before that, without keeping it")
    .option("--label <key=value>", "keep a label with the run; may be repeated")
    .option(
      "--redact <pattern>",
      "take out more than passwords, tokens and the like: values by their names, e.g. " +
        "'customer.*', or what a regular expression finds, e.g. '/acme-\\d+/i'; may be repeated",
    )
    .option("--no-redact", "take no secrets out: the recording will hold them")
    .option("--report", "print the report after the run, on stderr")
    .option("--quiet", "print no summary")
    .addHelpText("after", RUN_HELP);
}
