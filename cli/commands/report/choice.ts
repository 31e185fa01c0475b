/**
 * Which spans a report or an export is about, as its options say.
 *
 * @module
 */
import { parseTimeRange } from "../../../src/analysis/time_range.ts";
import { nearNames } from "../../../src/analysis/near_names.ts";
import { describeChoice } from "../../../src/analysis/run_report.ts";
import { parseCondition } from "../../../src/model/condition.ts";
import {
  matchesKey,
  parseSelector,
  type Selector,
  selectorOf,
} from "../../../src/model/selector.ts";
import type {
  AttributeCondition,
  SpanKey,
  SpanReader,
  TimeRange,
} from "../../../src/model/span_reader.ts";
import { CannotSayError } from "../../errors.ts";
import { sanitize } from "../../../src/model/sanitize.ts";
import { asUsage } from "../../usage.ts";

/** Options that choose spans. */
export interface ChoiceOptions {
  /** A selector. */
  filter?: string | undefined;
  /** Conditions, all of which must hold. */
  where?: string[] | undefined;
  /** Times from the start of the run. */
  since?: string | undefined;
  until?: string | undefined;
}

/** What they say. */
export interface SpanChoice {
  filter: Selector | undefined;
  /** Those of the filter are not among them. */
  where: AttributeCondition[];
  during: TimeRange;
}

/** Reads the options. @throws {UsageError} when one cannot be read. */
export function parseChoice(options: ChoiceOptions, reader: SpanReader): SpanChoice {
  return asUsage(() => ({
    filter: options.filter === undefined ? undefined : parseSelector(options.filter),
    where: (options.where ?? []).map(parseCondition),
    during: parseTimeRange(options, reader.run),
  }));
}

/** Whether the options leave anything out. */
export function isPart({ filter, where, during }: SpanChoice): boolean {
  return filter !== undefined || where.length > 0 || during.sinceNs !== undefined ||
    during.untilNs !== undefined;
}

/** All conditions on attributes. */
export function conditionsOf({ filter, where }: SpanChoice): AttributeCondition[] {
  return [...filter?.attributes ?? [], ...where];
}

/**
 * The names that a selector means, those that took most time first.
 *
 * @returns undefined without a selector: all.
 * @throws {CannotSayError} when there is none.
 */
export async function keysOf(
  reader: SpanReader,
  filter: Selector | undefined,
  verb: "report" | "export" = "report",
): Promise<SpanKey[] | undefined> {
  if (filter === undefined) return undefined;
  const keys = (await reader.spans().totals()).filter((key) => matchesKey(filter, key))
    .sort((a, b) => b.totalNs - a.totalNs);
  if (keys.length === 0) throw await unmatched(reader, { filter }, verb);
  return keys.map(({ name, scope }) => ({ name, scope }));
}

/** What to say when no span is meant. */
export async function unmatched(
  reader: SpanReader,
  choice: Partial<SpanChoice>,
  verb = "report",
): Promise<CannotSayError> {
  const { filter } = choice;
  const keys = await reader.spans().totals();
  if (filter === undefined || keys.some((key) => matchesKey(filter, key))) {
    const said = describeChoice(choice).map(sanitize).join(", ");
    return new CannotSayError(
      `Cannot ${verb} ${said === "" ? "anything" : `"${said}"`}: no finished span matches`,
    );
  }
  const names = keys.map((key) => selectorOf(key, { scoped: filter.scope !== undefined }));
  const near = nearNames(filter.text, names, 3).map(sanitize);
  return new CannotSayError(
    `Cannot ${verb} "${sanitize(filter.text)}": no finished span matches`,
    near.length === 0 ? undefined : `Nearest: ${near.join(", ")}`,
  );
}
