/**
 * The spans of one run that a question is about.
 *
 * @module
 */
import { nearestRank } from "../../model/percentile.ts";
import {
  type DurationHistogram,
  type NameProfile,
  PROFILE_PERCENTILES,
  type ProfilePercentile,
  type RunProfile,
} from "../../model/run_profile.ts";
import type { SpanKey } from "../../model/span_reader.ts";
import { BlockTable } from "../stats/block_table.ts";
import type { Quantity } from "./comparison.ts";
import { keyText } from "../../model/span_key.ts";
import { sum } from "../../model/numbers.ts";

/** A run, with the spans of some names taken together. */
export class MeasuredRun {
  readonly count: number;
  readonly errors: number;
  readonly blockErrors: readonly number[];
  readonly #names: readonly NameProfile[];
  #table: BlockTable | undefined;

  constructor(names: readonly NameProfile[]) {
    this.#names = names;
    this.count = sum(names.map(({ count }) => count));
    this.errors = sum(names.map(({ errors }) => errors));
    this.blockErrors = mergeErrors(names);
  }

  /** Their durations in buckets and pieces. */
  get table(): BlockTable {
    return this.#table ??= new BlockTable(mergeBlocks(this.#names));
  }

  /**
   * What was measured; ns, or a share. Percentiles that profiles have are exact,
   * others and those of several names are within a 64th of an octave.
   */
  value(quantity: Quantity): number {
    if (quantity.kind === "errors") return this.errors / this.count;
    if (quantity.kind === "avg") {
      return sum(this.#names.map(({ totalNs }) => totalNs)) / this.count;
    }
    const { percentile } = quantity;
    const [only] = this.#names;
    if (this.#names.length === 1 && isKnown(percentile.text)) {
      return only!.percentilesNs[percentile.text];
    }
    const value = this.table.valueAt(nearestRank(percentile, this.count));
    const least = Math.min(...this.#names.map(({ minNs }) => minNs));
    const most = Math.max(...this.#names.map(({ maxNs }) => maxNs));
    return Math.min(most, Math.max(least, value));
  }
}

/** Of each run that has spans of these names, the spans. */
export class RunIndex {
  readonly #byKey: readonly ReadonlyMap<string, NameProfile>[];
  readonly #found = new Map<string, (MeasuredRun | undefined)[]>();

  constructor(profiles: readonly RunProfile[]) {
    this.#byKey = profiles.map(({ names }) => new Map(names.map((name) => [keyText(name), name])));
  }

  /** In the order of the runs; undefined for those without. */
  runsOf(keys: readonly SpanKey[]): (MeasuredRun | undefined)[] {
    const key = keys.map(keyText).join("\0");
    let found = this.#found.get(key);
    if (found === undefined) {
      found = this.#byKey.map((names) => {
        const wanted = keys.flatMap((one) => names.get(keyText(one)) ?? [])
          .filter(({ count }) => count > 0);
        return wanted.length === 0 ? undefined : new MeasuredRun(wanted);
      });
      this.#found.set(key, found);
    }
    return found;
  }
}

/** Pieces of several names are taken together in the order of time; some names may have fewer. */
function mergeBlocks(names: readonly NameProfile[]): readonly DurationHistogram[] {
  if (names.length === 1) return names[0]!.blocks;
  const pieces = Math.max(0, ...names.map(({ blocks }) => blocks.length));
  const merged = Array.from({ length: pieces }, () => new Map<number, number>());
  for (const { blocks } of names) {
    blocks.forEach(({ buckets, counts }, i) => {
      const piece = merged[Math.floor(i * pieces / blocks.length)]!;
      buckets.forEach((bucket, at) => {
        piece.set(bucket, (piece.get(bucket) ?? 0) + counts[at]!);
      });
    });
  }
  return merged.filter(({ size }) => size > 0).map((piece) => {
    const buckets = [...piece.keys()].sort((a, b) => a - b);
    return { buckets, counts: buckets.map((bucket) => piece.get(bucket)!) };
  });
}

function mergeErrors(names: readonly NameProfile[]): readonly number[] {
  if (names.length === 1) return names[0]!.blockErrors;
  const pieces = Math.max(0, ...names.map(({ blocks }) => blocks.length));
  const merged = new Array<number | undefined>(pieces);
  for (const { blocks, blockErrors } of names) {
    blocks.forEach((_, i) => {
      const piece = Math.floor(i * pieces / blocks.length);
      merged[piece] = (merged[piece] ?? 0) + (blockErrors[i] ?? 0);
    });
  }
  return merged.filter((errors) => errors !== undefined);
}

function isKnown(text: string): text is ProfilePercentile {
  return (PROFILE_PERCENTILES as readonly string[]).includes(text);
}
