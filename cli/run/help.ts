/**
 * What `ferret run --help` prints.
 *
 * @module
 */

/** Help of `ferret run`. */
export const RUN_HELP = `Run a program and record it

Usage: ferret run [options] <script> [args…]
       ferret run [options] -- <command> [args…]

The program keeps its input, output, arguments, environment and exit code; what
ferret has to say goes to stderr. Flags of the runtime, such as -A, --allow-net
or --smol, stand before the script.

Options:
  -o, --out <path>         the recording; a path ending in / or .parquet records
                           Parquet (default: out.duckdb)
  --runtime <name>         deno or bun (default: deno beside a deno.json, bun
                           beside a bun.lock or bunfig.toml, else the one that
                           ferret runs on)
  --functions <glob>       record the functions of these files, packages
                           included; may be repeated (default: the files of the
                           project, without node_modules)
  --no-functions           record no functions
  --min-duration <time>    only count functions that are shorter, e.g. 50us
  --sample <ratio>         record this share of the traces, e.g. 0.1 or 10%,
                           decided at the root of each (default: what
                           OTEL_TRACES_SAMPLER says, else all)
  --max-spans-per-second <n>
                           begin no trace while a thread has recorded more than
                           n spans a second
  --keep <rule>            keep a trace when its root has ended if it has an
                           error, its root was slow, or it has a span of a name:
                           errors,slow:100ms,name:http.server:POST*
  --hook <names>           observe only these, e.g. fetch,http
  --no-hook <names>        do not observe these
  --overflow <policy>      when the ring is full: drop spans and count them,
                           block the program, or grow the ring (default: drop)
  --ring-size <size>       64KiB to 1GiB (default: 16MiB)
  --duration <time>        end the program after this time, as Ctrl-C would
  --on-ready <command>     run a shell command when the program listens, with
                           FERRET_URL and FERRET_PORT, and end both with it
  --label <key=value>      keep a label with the run; may be repeated
  --redact <pattern>       take out more than passwords, tokens and the like:
                           values by their names, e.g. 'customer.*', or what a
                           regular expression finds, e.g. '/acme-\\d+/i'; may be
                           repeated
  --no-redact              take no secrets out: the recording will hold them
  --report                 print the report after the run, on stderr
  --quiet                  print no summary
  -h, --help               print this help

Exit codes: the program's own, 128 + n when signal n ended it; 2 when ferret was
called wrongly, 70 when ferret itself failed before the program could run. 0 when
--duration ended the program; with --on-ready that of the command, and 1 when
--duration ended a program that never listened.

Examples:
  ferret run app.ts
  ferret run -o runs.duckdb --allow-net --allow-read server.ts 8080
  ferret run --runtime bun --min-duration 50us build.ts
  ferret run -- deno serve --port 3000 app.ts
  ferret run --sample 0.1 --keep errors,slow:200ms --duration 1m server.ts
  ferret run --on-ready 'curl -fsS $FERRET_URL/health' server.ts
  ferret run --redact 'customer.*' --redact '/\\b\\d{16}\\b/' server.ts
  ferret run -- bun test
`;
