/**
 * `ferret diff`: what has changed between two sides, and how sure that is.
 *
 * @module
 */
import {
  buildComparison,
  type LabelledProfiles,
} from "../../src/analysis/compare/comparison_report.ts";
import type { ComparisonReport } from "../../src/analysis/compare/comparison.ts";
import { nearNames } from "../../src/analysis/near_names.ts";
import { parseRatio } from "../../src/model/ratio.ts";
import { PROFILE_PERCENTILES } from "../../src/model/run_profile.ts";
import { parseSelector, type Selector } from "../../src/model/selector.ts";
import { loadLatest, loadSide, withoutShared } from "../compared_side.ts";
import { CannotSayError } from "../errors.ts";
import type { ComparisonFormat, DiffSort } from "../formats.ts";
import type { Io } from "../io.ts";
import { parseLossLimit } from "../loss_limit.ts";
import { parseQuantities } from "../quantities.ts";
import { sortRows } from "../render/diff/diff_rows.ts";
import { comparisonText } from "../render/diff/diff_text.ts";
import { printComparison } from "../render/gate/print_gate.ts";
import { asUsage } from "../usage.ts";

/** Options of `ferret diff`. */
export interface DiffOptions {
  baseline: string;
  /** Default: what was recorded last. */
  candidate?: string | undefined;
  /** A selector. Default: all names. */
  filter?: string | undefined;
  /** Default: `p50,p99,errors`. */
  of?: string | undefined;
  /** A share. Default: 0.01. */
  alpha?: string | undefined;
  /** A share. Default: 5 %. */
  margin?: string | undefined;
  /** Default: 1 %. */
  maxLoss?: string | undefined;
  /** Default: `time`. */
  sort?: DiffSort | undefined;
  /** Default: 20; 0: all. */
  limit?: number | undefined;
  all?: boolean | undefined;
  /** Default: text. */
  format?: ComparisonFormat | undefined;
}

/** What a comparison's verdict is to a script. */
export const COMPARISON_EXIT_CODES: Readonly<Record<ComparisonReport["verdict"], number>> = {
  pass: 0,
  fail: 1,
  inconclusive: 3,
};

/**
 * @returns 0 nothing proven worse, 1 something is, 3 cannot say.
 * @throws {RecordingError | UsageError | CannotSayError}
 */
export async function diff(options: DiffOptions, io: Io): Promise<number> {
  const settings = asUsage(() => ({
    filter: options.filter === undefined ? undefined : parseSelector(options.filter),
    quantities: options.of === undefined ? undefined : parseQuantities(options.of),
    alpha: options.alpha === undefined ? undefined : parseAlpha(options.alpha),
    margin: options.margin === undefined ? undefined : parseRatio(options.margin),
    maxLoss: options.maxLoss === undefined ? undefined : parseLossLimit(options.maxLoss),
  }));
  const { filter } = settings;
  const first = await loadSide(options.baseline, io, { filter });
  const second = options.candidate === undefined
    ? await loadLatest(io, { filter })
    : await loadSide(options.candidate, io, { filter });
  const { base, head, notes } = withoutShared(first, second);
  if (filter !== undefined) await requireMatch(filter, { base, head, options, io });
  const built = buildComparison(base, head, settings);
  const sort = options.sort ?? "time";
  const report: ComparisonReport = {
    ...built,
    rows: sortRows(built.rows, sort),
    notes: [...notes, ...built.notes, ...estimateNotes(built)],
  };
  const format = options.format ?? "text";
  if (format !== "text") printComparison(report, format, io);
  else {
    const limit = options.limit === undefined ? {} : { limit: options.limit || Infinity };
    io.out(comparisonText(report, io, { sort, ...limit, isAll: options.all }));
  }
  return COMPARISON_EXIT_CODES[report.verdict];
}

function parseAlpha(text: string): number {
  const alpha = parseRatio(text);
  if (alpha > 0 && alpha < 1) return alpha;
  throw new SyntaxError(`Cannot use --alpha "${text}": expected a share between 0 and 1`);
}

/** Percentiles that profiles do not have are read from their histograms. */
function estimateNotes({ rows }: ComparisonReport): string[] {
  const known: readonly string[] = PROFILE_PERCENTILES;
  const texts = new Set(
    rows.flatMap(({ quantity }) =>
      quantity.kind === "percentile" && !known.includes(quantity.percentile.text)
        ? [`p${quantity.percentile.text}`]
        : []
    ),
  );
  if (texts.size === 0) return [];
  return [`${[...texts].join(", ")}: from histograms, at most 1.6% off; all else is exact`];
}

async function requireMatch(
  filter: Selector,
  { base, head, options, io }: {
    base: LabelledProfiles;
    head: LabelledProfiles;
    options: DiffOptions;
    io: Io;
  },
): Promise<void> {
  const sides = [...base.profiles, ...head.profiles];
  if (sides.some(({ names }) => names.length > 0)) return;
  const all = await loadSide(options.baseline, io);
  const names = all.profiles.flatMap((profile) => profile.names.map(({ name }) => name));
  const near = nearNames(filter.text, names, 3);
  throw new CannotSayError(
    `Cannot compare "${filter.text}": no span matches it`,
    near.length === 0 ? undefined : `Did you mean ${near.join(", ")}?`,
  );
}
