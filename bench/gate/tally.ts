/**
 * How often something happened, and how often it therefore may happen.
 *
 * @module
 */
import { proportionLower, proportionUpper } from "../../src/analysis/stats/proportion.ts";

/** Chance that the interval of a share misses it, half on each side. */
const MISS = 0.05;

/** Of many shares some seem too large by chance: the bar is higher for saying so. */
const PROOF = 0.001;

/** Counts one kind of event. */
export class Tally {
  count = 0;
  hits = 0;

  add(isHit: boolean): void {
    this.count++;
    if (isHit) this.hits++;
  }

  get share(): number {
    return this.hits / this.count;
  }

  /** Whether it is proven that the true share is more than `limit`. */
  exceeds(limit: number): boolean {
    return proportionLower(this.share, this.count, PROOF) > limit;
  }

  /** `0.7% (0.3 to 1.4)`: the share with its 95 % interval. */
  toString(): string {
    if (this.count === 0) return "";
    const low = percent(proportionLower(this.share, this.count, MISS / 2));
    const high = percent(proportionUpper(this.share, this.count, MISS / 2));
    return `${percent(this.share)}% (${low} to ${high})`;
  }

  /** `0.7%`. */
  toPercent(): string {
    return this.count === 0 ? "" : `${percent(this.share)}%`;
  }
}

function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0);
}
