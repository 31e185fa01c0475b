/**
 * Which view of a report is meant, and which options it takes. What a view
 * would leave out of account is refused: a report that shows more than was
 * asked for would be believed.
 *
 * @module
 */
import { UsageError } from "../../errors.ts";
import type { ReportCommandOptions } from "../report.ts";

/** What a report can show. */
export type View =
  | "table"
  | "tree"
  | "slowest"
  | "histogram"
  | "heatmap"
  | "explain"
  | "criticalPath"
  | "html";

type OptionName = keyof ReportCommandOptions;

/** Options that choose a view; `open` alone means a page too. */
const VIEWS = [
  "html",
  "histogram",
  "explain",
  "criticalPath",
  "heatmap",
  "slowest",
  "tree",
] as const;

const CHOICE = ["filter", "where", "since", "until"] as const satisfies OptionName[];
/** Views about names of their own have their selector with them. */
const CHOICE_WITHIN = ["where", "since", "until"] as const satisfies OptionName[];
const SIZE = ["depth", "minShare"] as const satisfies OptionName[];

/** What each view takes beside what says which run is meant. */
const TAKEN: Record<View, readonly OptionName[]> = {
  table: ["sort", "limit", "by", "findings", "estimate", ...CHOICE],
  tree: [...SIZE, ...CHOICE],
  slowest: [...SIZE, ...CHOICE],
  histogram: ["limit", ...CHOICE_WITHIN],
  heatmap: CHOICE,
  explain: ["limit", ...CHOICE_WITHIN],
  criticalPath: ["limit", ...CHOICE],
  html: ["candidate", "open", "maxSize"],
};

/** How each option is written. */
const FLAGS: Partial<Record<OptionName, string>> = {
  sort: "--sort",
  limit: "--limit",
  by: "--by",
  findings: "--findings",
  estimate: "--estimate",
  depth: "--depth",
  minShare: "--min-share",
  filter: "--filter",
  where: "--where",
  since: "--since",
  until: "--until",
  maxSize: "--max-size",
  open: "--open",
  html: "--html",
  tree: "--tree",
  histogram: "--histogram",
  heatmap: "--heatmap",
  slowest: "--slowest",
  criticalPath: "--critical-path",
  explain: "--explain",
};

/** @throws {UsageError} when options do not go together. */
export function chooseView(options: ReportCommandOptions): View {
  const isGiven = (name: OptionName) => options[name] !== undefined;
  const [view = options.open ? "html" : "table", other] = VIEWS.filter(isGiven);
  if (other !== undefined) {
    throw new UsageError(
      `Cannot use ${nameOf(other)} with ${nameOf(view)}: a report has one view`,
      "Ask for one after the other",
    );
  }
  if (view !== "html" && isGiven("candidate")) {
    throw new UsageError("Cannot report on two recordings at once", "--html compares them");
  }
  if (options.findings === true && options.format === "csv") {
    throw new UsageError(
      "Cannot use --findings with --format csv: they are no rows",
      "--format json has them",
    );
  }
  const taken = TAKEN[view];
  const refused = (Object.keys(FLAGS) as OptionName[])
    .find((name) => name !== view && isGiven(name) && !taken.includes(name));
  if (refused !== undefined) {
    const flag = options[refused] === false ? `--no-${refused}` : FLAGS[refused]!;
    throw cannotUse(flag, view, refused);
  }
  if (view === "html" && (options.format ?? "table") !== "table") {
    throw cannotUse(`--format ${options.format}`, view, "format");
  }
  return view;
}

function cannotUse(flag: string, view: View, option: OptionName): UsageError {
  if (view === "html") {
    return new UsageError(
      `Cannot use ${flag} with --html: a page is about a whole run`,
      "The page itself can be searched",
    );
  }
  const takers = (Object.keys(TAKEN) as View[]).filter((one) => TAKEN[one].includes(option));
  return new UsageError(
    `Cannot use ${flag} with ${nameOf(view)}`,
    `It is for ${takers.map(nameOf).join(", ")}`,
  );
}

function nameOf(view: View): string {
  return view === "table" ? "the table" : FLAGS[view]!;
}
