/**
 * Values of thresholds, in every format that is for people.
 *
 * @module
 */
import type { Check } from "../../src/analysis/check_report.ts";
import { formatDuration } from "../../src/model/duration.ts";
import { formatCount, formatShare } from "../../src/model/numbers.ts";
import type { ThresholdUnit } from "../../src/model/threshold.ts";

/** From where to where the true value lies. */
export function intervalText({ interval, unit }: Check): string {
  if (interval === undefined) return "";
  return `${valueText(interval[0], unit)} to ${valueText(interval[1], unit)}`;
}

/** A value as people read it. */
export function valueText(value: number | undefined, unit: ThresholdUnit): string {
  if (value === undefined) return "-";
  switch (unit) {
    case "ns":
      return formatDuration(value);
    case "ratio":
      return formatShare(value);
    case "spans":
      return formatCount(value);
    case "spans/s":
      return `${Number(value.toPrecision(3))}/s`;
  }
}
