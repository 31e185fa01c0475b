/**
 * What the slow spans of a name have in common that the others have not. Only
 * what chance does not explain is told, and nothing of fewer than 20 spans.
 *
 * After "BubbleUp" of Honeycomb and `compare()` of Grafana Tempo: a selection
 * against the rest, over all dimensions.
 *
 * @module
 */
import { formatDuration } from "../model/duration.ts";
import { nearestRank, parsePercentile, type Percentile } from "../model/percentile.ts";
import type {
  AttributeCondition,
  RecordedRun,
  RecordedSpan,
  SpanKey,
  SpanReader,
  SpanScanOptions,
  TimeRange,
} from "../model/span_reader.ts";
import { believableUpTo, chanceOf, type Counts, lift } from "./association.ts";
import { type Looked, selectSlow, type SlowSelection } from "./slow_selection.ts";
import { COLD_CALLS, type Quantity, SpanTraits, type Trait } from "./span_traits.ts";

/** Something that slow spans have more often. */
export interface Factor extends Trait, Counts {
  /** How many times as often. Infinity: the others never have it. */
  lift: number;
  /** Probability of that much by chance alone. */
  chance: number;
}

/** What was found out about the slow spans of a name. Plain data. */
export interface Explanation {
  run: RecordedRun;
  key: SpanKey;
  /** Slow is what lies above this percentile. */
  percentile: Percentile;
  thresholdNs: number;
  slow: number;
  rest: number;
  /** Those that explain most of the slow spans first. */
  factors: Factor[];
  /** Traits that were looked at. */
  examined: number;
  /** Attributes had more values than can be counted: some were left out. */
  isCut: boolean;
  /** Which spans `slow` and `rest` are, where those are not all. */
  looked?: Looked;
}

/** Fewer spans than this say nothing. */
export const MIN_SAMPLES = 20;
/** At most this share of what is told may be chance. */
const FALSE_DISCOVERY_RATE = 0.01;
/** Less often is no explanation. */
const MIN_LIFT = 1.5;
const MAX_FACTORS = 20;
/** Different values that are counted. */
const MAX_TRAITS = 100_000;
/** Values of a number that are kept to find out which are large. */
const MAX_NUMBERS = 200_000;

/** About a second of work. */
const MAX_LOOKED = 60_000;

const MEDIAN = parsePercentile("50");
const PERCENTILES = ["99", "95", "90", "75"].map(parsePercentile);

/** Which spans of a name are compared with each other. */
export interface ExplainOptions {
  /** All must hold. Default none. */
  where?: readonly AttributeCondition[];
  /** Default: all of the run. */
  during?: TimeRange;
  /** Spans that are looked at one by one. Default: 60,000. */
  room?: number;
}

/** @returns undefined when there are too few spans of the name. */
export async function explainSlow(
  reader: SpanReader,
  key: SpanKey,
  { where = [], during = {}, room = MAX_LOOKED }: ExplainOptions = {},
): Promise<Explanation | undefined> {
  const chosen = reader.spans({ where, during });
  const totals = await chosen.totals();
  const count = totals.find(({ name, scope }) => name === key.name && scope === key.scope)?.count ??
    0;
  const percentile = PERCENTILES.find((one) => count - nearestRank(one, count) >= MIN_SAMPLES);
  if (percentile === undefined) return undefined;
  const ranks = [nearestRank(MEDIAN, count), nearestRank(percentile, count)];
  const [[medianNs, thresholdNs]] = await chosen.valuesAt([{ keys: [key], ranks }]) as [
    [number, number],
  ];
  const conditions = { where, during };
  // What takes just as long is not slow yet.
  const request = { ...key, count, thresholdNs: thresholdNs + 1 };
  const [selection] = await selectSlow(reader, [request], { room, ...conditions }) as [
    SlowSelection,
  ];
  const traits = new SpanTraits({
    threads: await reader.threads(),
    delays: await reader.metricValues("nodejs.eventloop.delay"),
    collections: await reader.metricValues("v8js.gc.utilization"),
    windowNs: medianNs,
    firstNs: selection.all && await endOfFirst(reader, { keys: [key], ...conditions }),
  });
  const table = new TraitTable();
  // All of them come in the order of time, which says how many ran at once.
  const scan = reader.scan({
    ...conditions,
    ...selection.all === undefined ? { keys: [key], order: "start" } : { strata: [selection] },
  });
  for await (const spans of scan) {
    for (const span of spans) {
      if (span.durationNs !== undefined) table.add(span, traits, span.durationNs > thresholdNs);
    }
  }
  const judged = table.judge();
  return {
    run: reader.run,
    key,
    percentile,
    thresholdNs,
    ...judged,
    ...selection.all && {
      looked: {
        slow: judged.slow,
        others: judged.rest,
        ofSlow: selection.all.slow,
        ofOthers: selection.all.others,
      },
    },
  };
}

/** Start of the last of the calls that count as cold. */
async function endOfFirst(reader: SpanReader, chosen: SpanScanOptions): Promise<number> {
  let lastNs = -Infinity;
  const scan = reader.scan({ ...chosen, order: "start", limit: COLD_CALLS, isBrief: true });
  for await (const spans of scan) lastNs = spans.at(-1)?.startNs ?? lastNs;
  return lastNs;
}

/** Counts traits of slow spans and of others. */
class TraitTable {
  slow = 0;
  rest = 0;
  readonly #traits = new Map<string, { trait: Trait; inFirst: number; inSecond: number }>();
  readonly #numbers = new Map<string, Numbers>();
  #isCut = false;

  add(span: RecordedSpan, describe: SpanTraits, isSlow: boolean): void {
    if (isSlow) this.slow++;
    else this.rest++;
    const { traits, quantities } = describe.describe(span);
    for (const trait of traits) this.#count(trait, isSlow);
    for (const quantity of quantities) {
      const known = this.#numbers.get(quantity.subject);
      if (known !== undefined) known.add(quantity.value, isSlow);
      else this.#numbers.set(quantity.subject, new Numbers(quantity, isSlow));
    }
  }

  judge(): Pick<Explanation, "slow" | "rest" | "factors" | "examined" | "isCut"> {
    const { slow: first, rest: second } = this;
    const counted = [
      ...[...this.#traits.values()].map(({ trait, inFirst, inSecond }) => ({
        ...trait,
        inFirst,
        inSecond,
        first,
        second,
      })),
      ...[...this.#numbers.values()].flatMap((numbers) => numbers.traits({ first, second })),
      // What all spans have explains none.
    ].filter(({ inFirst, inSecond }) => {
      const having = inFirst + inSecond;
      return having >= MIN_SAMPLES && having < first + second;
    });
    const judged = counted.map((one) => ({ ...one, lift: lift(one), chance: chanceOf(one) }));
    const limit = believableUpTo(judged.map(({ chance }) => chance), FALSE_DISCOVERY_RATE);
    const factors = judged.filter((one) => one.chance <= limit && one.lift >= MIN_LIFT)
      .sort((a, b) => excess(b) - excess(a) || a.chance - b.chance)
      .slice(0, MAX_FACTORS);
    return { slow: first, rest: second, factors, examined: judged.length, isCut: this.#isCut };
  }

  #count(trait: Trait, isSlow: boolean): void {
    const id = `${trait.subject}\0${trait.value}`;
    let row = this.#traits.get(id);
    if (row === undefined) {
      if (this.#traits.size >= MAX_TRAITS) {
        this.#isCut = true;
        return;
      }
      row = { trait, inFirst: 0, inSecond: 0 };
      this.#traits.set(id, row);
    }
    if (isSlow) row.inFirst++;
    else row.inSecond++;
  }
}

/** The part of the slow spans that have a trait beyond what was to be expected. */
function excess({ inFirst, first, inSecond, second }: Counts): number {
  return inFirst / first - inSecond / second;
}

/** The values of one quantity: every n-th when there are too many. */
class Numbers {
  readonly #subject: string;
  readonly #unit: Quantity["unit"];
  readonly #isBurden: boolean;
  #values: { value: number; isSlow: boolean }[] = [];
  #seen = 0;
  #every = 1;

  constructor({ subject, unit, value, isBurden = false }: Quantity, isSlow: boolean) {
    this.#subject = subject;
    this.#isBurden = isBurden;
    this.#unit = unit;
    this.add(value, isSlow);
  }

  add(value: number, isSlow: boolean): void {
    if (this.#seen++ % this.#every === 0) this.#values.push({ value, isSlow });
    if (this.#values.length < MAX_NUMBERS) return;
    this.#values = this.#values.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  /** The upper and the lower quarter as traits, where there are quarters. */
  traits({ first, second }: Pick<Counts, "first" | "second">): (Trait & Counts)[] {
    const sorted = this.#values.map(({ value }) => value).sort((a, b) => a - b);
    const low = sorted[Math.floor(sorted.length / 4)]!;
    const high = sorted[Math.floor(sorted.length * 3 / 4)]!;
    const middle = sorted[Math.floor(sorted.length / 2)]!;
    const halves: [text: string, test: (value: number) => boolean][] = [];
    if (high > middle) halves.push([`≥ ${this.#text(high)}`, (value) => value >= high]);
    else if (sorted.at(-1)! > high) {
      halves.push([`> ${this.#text(high)}`, (value) => value > high]);
    }
    if (low < middle && !this.#isBurden) {
      halves.push([`≤ ${this.#text(low)}`, (value) => value <= low]);
    }
    return halves.map(([value, test]) => {
      const having = this.#values.filter((one) => test(one.value));
      const inFirst = having.filter(({ isSlow }) => isSlow).length * this.#every;
      const inSecond = having.length * this.#every - inFirst;
      return {
        subject: this.#subject,
        value,
        first,
        second,
        inFirst: Math.min(first, inFirst),
        inSecond: Math.min(second, inSecond),
      };
    });
  }

  #text(value: number): string {
    if (this.#unit === "ns") return formatDuration(value);
    if (this.#unit === "share") return `${Number((value * 100).toPrecision(2))}%`;
    return String(Number(value.toPrecision(6)));
  }
}
