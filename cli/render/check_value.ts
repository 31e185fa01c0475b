/**
 * Values of thresholds, in every format that is for people.
 *
 * @module
 */
import type { Check } from "../../src/analysis/check_report.ts";
import { formatDuration } from "../../src/model/duration.ts";
import { formatCount, formatShare } from "../../src/model/numbers.ts";
import type { ThresholdUnit } from "../../src/model/threshold_limit.ts";

const SIGNIFICANT_DIGITS = 3;

const SIZES = ["B", "KB", "MB", "GB", "TB"] as const;

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
    case "levels":
    case "values":
      return formatCount(value);
    case "spans/s":
      return `${Number(value.toPrecision(SIGNIFICANT_DIGITS))}/s`;
    case "bytes":
      return sizeText(value);
    case "number":
      return String(Number(value.toPrecision(6)));
    case "change":
      return signed(value, "");
    case "points":
      return signed(value, " points");
  }
}

/** In the units in which limits are written. */
function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (unit < SIZES.length - 1 && Math.round(value) >= 1000) {
    value /= 1000;
    unit++;
  }
  return `${Number(value.toPrecision(SIGNIFICANT_DIGITS))}${SIZES[unit]}`;
}

/** A change always has its sign, unless there is none. */
function signed(value: number, what: string): string {
  const text = formatShare(Math.abs(value)).replace("%", what === "" ? "%" : what);
  if (value === 0 || !Number.isFinite(value)) return text;
  return `${value < 0 ? "-" : "+"}${text}`;
}
