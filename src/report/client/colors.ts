/**
 * Colours by meaning. Scopes keep theirs in every view; neighbours on the
 * colour circle differ in lightness too, so that they can be told apart by
 * people who do not see all colours, and everything has its name written on it.
 *
 * @module
 */
import { SCOPES } from "../../model/span.ts";

/** Hue, saturation and lightness on a light ground. */
const SCOPE_COLORS: Readonly<Record<string, readonly [number, number, number]>> = {
  "http.server": [214, 62, 60],
  "http.client": [190, 58, 52],
  db: [32, 78, 58],
  fs: [46, 74, 60],
  net: [168, 42, 50],
  process: [350, 52, 64],
  worker: [326, 44, 62],
  timer: [220, 12, 64],
  module: [262, 34, 68],
  library: [286, 34, 64],
  manual: [146, 40, 54],
  function: [224, 40, 76],
};

const OTHER: readonly [number, number, number] = [0, 0, 62];

/** Steps of lightness and of hue between names within a scope. */
const SHADES = 5;
const HUES = 7;
/** Degrees of a step; functions have many names and no meaning of their own. */
const HUE_STEP = 2;
const FUNCTION_HUE_STEP = 8;

/** Fill of a span, by its scope and a little by its name. */
export function spanColor({ name, scope }: { name: string; scope: string }): string {
  const [hue, saturation, lightness] = SCOPE_COLORS[scope] ?? OTHER;
  const number = hash(name);
  const shade = number % SHADES - (SHADES - 1) / 2;
  const step = scope === "function" ? FUNCTION_HUE_STEP : HUE_STEP;
  const turn = (Math.floor(number / SHADES) % HUES - (HUES - 1) / 2) * step;
  return `hsl(${hue + turn} ${saturation}% ${lightness + shade * 2.5}%)`;
}

/** Colour of a scope as such. */
export function scopeColor(scope: string): string {
  const [hue, saturation, lightness] = SCOPE_COLORS[scope] ?? OTHER;
  return `hsl(${hue} ${saturation}% ${lightness}%)`;
}

/** From blue (faster) over grey to orange (slower). @param change From -1 to 1. */
export function changeColor(change: number): string {
  const amount = Math.min(1, Math.abs(change));
  if (amount < 0.02) return "hsl(220 8% 74%)";
  return change > 0
    ? `hsl(28 ${40 + 50 * amount}% ${74 - 22 * amount}%)`
    : `hsl(212 ${35 + 45 * amount}% ${76 - 22 * amount}%)`;
}

/** Scopes in their usual order. */
export function sortScopes(scopes: readonly string[]): string[] {
  const place = (scope: string) => {
    const index = (SCOPES as readonly string[]).indexOf(scope);
    return index < 0 ? SCOPES.length : index;
  };
  return scopes.toSorted((a, b) => place(a) - place(b));
}

/** A colour of the theme, as it is now. */
export function themeColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function hash(text: string): number {
  let value = 7;
  for (let i = 0; i < text.length; i++) value = (value * 31 + text.charCodeAt(i)) >>> 0;
  return value;
}
