/**
 * Figures as text.
 *
 * @module
 */
import { type Figure, isReached } from "./figure.ts";

/** Lines of a table: what, figure, goal. */
export function formatFigures(title: string, figures: readonly Figure[]): string {
  const width = Math.max(...figures.map(({ what }) => what.length));
  const lines = figures.map((figure) => {
    const value = formatValue(figure).padStart(16);
    return `  ${figure.what.padEnd(width)}${value}${formatGoal(figure)}${
      figure.note === undefined ? "" : `  (${figure.note})`
    }`;
  });
  return [title, ...lines].join("\n");
}

function formatGoal(figure: Figure): string {
  if (figure.goal === undefined) return "";
  const { limit, is } = figure.goal;
  const goal = formatValue({ ...figure, value: limit });
  return `   ${isReached(figure) ? "reached" : "MISSED "}: ${is} ${goal}`;
}

/** A value with its unit, in as many digits as mean something. */
export function formatValue({ value, unit }: Pick<Figure, "value" | "unit">): string {
  const digits = unit.endsWith("/s") || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits })} ${unit}`;
}
