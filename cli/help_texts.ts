/**
 * What the help of a command says below its options: examples, and what its exit
 * codes mean.
 *
 * @module
 */

export const PROGRAM_HELP = `
Examples:
  ferret run app.ts                     run app.ts and record it into out.duckdb
  ferret report                         where did the time go?
  ferret check --p99 200ms              is every request fast enough?

Exit codes: 0 yes, 1 no, 2 called wrongly, 3 cannot say, 4 the recording cannot be
read, 70 a fault of ferret's. ferret run ends with the code of the program.`;

export const REPORT_HELP = `
Examples:
  ferret report
  ferret report runs.duckdb#3 --sort p99 --limit 10
  ferret report --filter 'http.server:*' --format json
  ferret report --by route --where 'http.response.status_code >= 500'
  ferret report --tree --filter 'POST /orders'
  ferret report --html report.html --open
  ferret report --html compared.html runs.duckdb#1 runs.duckdb#2
  ferret report --filter 'db:*{db.system.name=postgresql}'`;

export const CHECK_HELP = `
Examples:
  ferret check --p99 200ms --error-rate 1%
  ferret check runs.duckdb --p95 50ms --span 'GET /users/:id'
  ferret check --threshold 'http.server:*: p(99) < 200ms' --threshold 'db:*: avg < 5ms'

Exit codes: 0 all met, 1 one is not, 3 cannot say: nothing to measure, too few
spans (a percentile p needs 1/(1-p)), or spans lost beyond --max-loss.`;

export const EXPORT_HELP = `
Examples:
  ferret export --format speedscope -o profile.speedscope.json
  ferret export --format perfetto -o trace.pftrace runs.duckdb#3
  ferret export --format otlp-proto -o spans.pb && curl --data-binary @spans.pb \\
    -H 'content-type: application/x-protobuf' http://localhost:4318/v1/traces
  ferret export --format folded | flamegraph.pl > flame.svg`;

export const IMPORT_HELP = `
Examples:
  ferret import -o traces.duckdb spans.json
  ferret import --format cpuprofile CPU.20260921.cpuprofile`;

export const QUERY_HELP = `
Examples:
  ferret query "SELECT name, count(*) AS n FROM spans GROUP BY name ORDER BY n DESC LIMIT 10"
  ferret query "FROM runs" runs.duckdb --format json
  ferret query - < slow.sql`;

export const SERVE_HELP = `
Examples:
  ferret serve --open
  ferret serve runs.duckdb#3 runs.duckdb#4

Only this machine can reach it, and only with the token in the address. Ctrl-C ends it.`;

export const RUNS_HELP = `
Examples:
  ferret runs
  ferret runs runs.duckdb --format json`;

export const RECOVER_HELP = `
Examples:
  ferret recover                        out.duckdb, and every run that waits in shared memory
  ferret recover runs.duckdb traces/
  ferret recover --out saved.duckdb     runs whose folder was removed go there

Run, report and check do it by themselves for their recording. A run whose program
is still running is left alone until it has ended.
Exit codes: 0 all is finished or in use, 4 something could not be.`;

export const DOCTOR_HELP = `
Examples:
  ferret doctor
  ferret doctor server.ts --runtime bun
  ferret doctor --format json

Exit codes: 0 programs can be recorded under that runtime, 1 they cannot.`;
