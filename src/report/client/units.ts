/**
 * Numbers as the page writes them, and the ticks of its scales.
 *
 * @module
 */
import { formatDuration } from "../../model/duration.ts";

/** A duration, `–` where it is not known. */
export function duration(ns: number | null | undefined): string {
  return ns === null || ns === undefined || !Number.isFinite(ns) ? "–" : formatDuration(ns);
}

/** A size in bytes with three significant digits. */
export function bytes(value: number): string {
  let rest = value;
  for (const unit of ["B", "KiB", "MiB"]) {
    if (rest < 1000) return `${Number(rest.toPrecision(3))} ${unit}`;
    rest /= 1024;
  }
  return `${Number(rest.toPrecision(3))} GiB`;
}

/** Durations 1, 2, 5, 10 … between two of them: `1us`, `20ms`. No more than `most`. */
export function logTicks(fromNs: number, toNs: number, most: number): number[] {
  for (const factors of [[1, 2, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(Math.max(1, fromNs))); 10 ** power <= toNs; power++) {
      for (const factor of factors) {
        const tick = factor * 10 ** power;
        if (tick >= fromNs && tick <= toNs) ticks.push(tick);
      }
    }
    if (ticks.length <= most || factors.length === 1) {
      const every = Math.ceil(ticks.length / most);
      return ticks.filter((_, i) => i % every === 0);
    }
  }
  return [];
}

/** Round moments between two others, about `count` of them. */
export function linearTicks(from: number, to: number, count: number): number[] {
  const least = (to - from) / Math.max(1, count);
  if (!(least > 0)) return [];
  const unit = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((factor) => factor * unit >= least)! * unit;
  const ticks: number[] = [];
  for (let i = Math.ceil(from / step); i * step <= to; i++) ticks.push(i * step);
  return ticks;
}

/** A moment on a scale whose ticks are `stepNs` apart: as many digits as tell them apart. */
export function moment(ns: number, stepNs: number): string {
  if (ns === 0) return "0";
  const [unit, factor] = ([["s", 1e9], ["ms", 1e6], ["us", 1e3], ["ns", 1]] as const)
    .find(([, factor]) => Math.abs(ns) >= factor) ?? ["ns", 1];
  const digits = Math.max(0, Math.ceil(-Math.log10(stepNs / factor) - 1e-9));
  return `${(ns / factor).toFixed(Math.min(9, digits))}${unit}`;
}

/** `+12 %`, `−3.4 %`: how far the second is from the first. */
export function change(before: number, after: number): string {
  if (before === 0) return after === 0 ? "0%" : "new";
  const percent = (after - before) / before * 100;
  const digits = Math.abs(percent) < 10 ? 1 : 0;
  if (Math.abs(percent) < 0.05) return "0%";
  return `${percent > 0 ? "+" : percent < 0 ? "−" : ""}${Math.abs(percent).toFixed(digits)}%`;
}
