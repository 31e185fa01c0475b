/**
 * What is asked of large recordings.
 *
 * @module
 */

/** A command of ferret's about a recording. */
export interface Question {
  /** For `--only`, and the first column of the table. */
  name: string;
  /** Arguments; the recording is {@linkcode RECORDING}, the folder for results {@linkcode OUT}. */
  args: readonly string[];
  /** Largest recording that it is asked of, in spans. Default: all. */
  upTo?: number;
  /** What is aimed at for a recording of so many spans. */
  goal?: { spans: number; seconds: number };
}

/** Stands for the path of the recording. */
export const RECORDING = "<recording>";

/** Stands for a folder that is empty. */
export const OUT = "<out>";

/** One line for each span. */
const MAX_EXPORTED = 10_000_000;

const SQL = "SELECT name, count(*) AS n, quantile_disc(duration_ns, 0.99) AS p99 FROM spans " +
  "GROUP BY name ORDER BY n DESC LIMIT 10";

export const QUESTIONS: readonly Question[] = [
  ask("runs", "runs"),
  { ...ask("report --estimate", "report", "--estimate"), goal: { spans: 50e6, seconds: 0.1 } },
  {
    ...ask("report, exact, no findings", "report", "--no-findings"),
    goal: { spans: 50e6, seconds: 0.6 },
  },
  ask("report", "report"),
  {
    ...ask("check", "check", "--p99", "200ms", "--error-rate", "2%"),
    goal: { spans: 10e6, seconds: 0.4 },
  },
  ask("report --sort p99", "report", "--no-findings", "--sort", "p99"),
  ask("report --filter", "report", "--filter", "db:*"),
  ask("report --where", "report", "--where", "http.response.status_code = 500"),
  ask("report --since", "report", "--since", "2s", "--until", "4s"),
  ask("report --by thread", "report", "--by", "thread"),
  ask("report --by route", "report", "--by", "route"),
  ask("report --slowest", "report", "--slowest", "10"),
  ask("report --histogram", "report", "--histogram", "SELECT users"),
  ask("report --heatmap", "report", "--heatmap"),
  ask("report --explain", "report", "--explain", "SELECT users"),
  ask("report --critical-path", "report", "--critical-path"),
  ask("report --tree", "report", "--tree"),
  ask("report --html", "report", "--html", `${OUT}/report.html`),
  { name: "query", args: ["query", SQL, RECORDING] },
  ...["chrome", "perfetto", "otlp", "otlp-proto", "speedscope", "folded", "csv", "parquet"].map((
    format,
  ) => ({
    ...ask(`export ${format}`, "export", "--format", format, "--out", `${OUT}/export.${format}`),
    upTo: MAX_EXPORTED,
  })),
];

function ask(name: string, command: string, ...args: string[]): Question {
  return { name, args: [command, RECORDING, ...args] };
}
