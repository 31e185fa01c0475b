/**
 * `ferret report --critical-path`: what makes the slow requests slow.
 *
 * @module
 */
import { MIN_SAMPLES } from "../../../src/analysis/explain.ts";
import { findSlowCauses, tailPercentile } from "../../../src/analysis/slow_causes.ts";
import { Places } from "../../../src/analysis/places.ts";
import { matchesKey } from "../../../src/model/selector.ts";
import type { SpanReader, SpanTotals } from "../../../src/model/span_reader.ts";
import { CannotSayError } from "../../errors.ts";
import type { Io } from "../../io.ts";
import type { ReportCommandOptions } from "../report.ts";
import { conditionsOf, parseChoice, unmatched } from "./choice.ts";
import { viewText } from "./view_text.ts";

/** Names that are looked at unless a filter says which. */
const MAX_NAMES = 3;

/** Prints what the critical paths say. */
export async function reportCriticalPath(
  reader: SpanReader,
  options: ReportCommandOptions,
  io: Io,
): Promise<void> {
  const choice = parseChoice(options, reader);
  const { filter, during } = choice;
  const where = conditionsOf(choice);
  const all = await reader.spans({ where, during }).totals();
  const meant = all.filter((key) => filter === undefined || matchesKey(filter, key));
  if (filter !== undefined && meant.length === 0) {
    throw await unmatched(reader, choice);
  }
  const enough = (filter === undefined ? entries(meant) : meant)
    .filter(({ count }) => count >= MIN_SAMPLES)
    .sort((a, b) => b.totalNs - a.totalNs)
    .slice(0, MAX_NAMES);
  if (enough.length === 0) {
    throw new CannotSayError(
      `Cannot compare critical paths: no name has ${MIN_SAMPLES} spans that begin a request or a trace`,
      "--filter names other spans",
    );
  }
  const found = await findSlowCauses(
    reader,
    enough.map(({ name, scope, count }) => ({
      name,
      scope,
      count,
      percentile: tailPercentile(count),
    })),
    { where, during },
  );
  const { limit } = options;
  const data = () => import("../../render/slow_causes_data.ts");
  io.out(
    await viewText(options.format, {
      text: async () => {
        const { slowCausesText } = await import("../../render/slow_causes_text.ts");
        const settings = { limit: limit === 0 ? Infinity : limit, places: await Places.of(reader) };
        return slowCausesText(found, settings, io);
      },
      json: async () => (await data()).slowCausesJson(found),
      flat: async () => (await data()).slowCauseRows(found),
    }),
  );
}

/** Requests if there are any, else roots. */
function entries(all: readonly SpanTotals[]): SpanTotals[] {
  const servers = all.filter(({ kind }) => kind === "server");
  return servers.length > 0 ? servers : all.filter(({ roots }) => roots > 0);
}
