/**
 * Turns what stands in a configuration into what commands use, or says which
 * setting cannot be used and why.
 *
 * @module
 */
import * as v from "valibot";
import { parseDuration } from "../../src/model/duration.ts";
import type { AbSettings, CheckSettings, FerretConfig } from "../../src/model/ferret_config.ts";
import { parseRatio } from "../../src/model/ratio.ts";
import { parseSelector } from "../../src/model/selector.ts";
import { parseThreshold } from "../../src/model/threshold.ts";
import { nearest } from "../run/nearest.ts";
import { defaultRunOptions } from "../run/options.ts";
import type { AbConfig, CheckConfig, LoadedConfig } from "./config.ts";
import { type KeyPath, valueAtPath } from "./key_path.ts";
import { shareOf } from "./leaves.ts";
import { applyRunSettings } from "./run_settings.ts";
import { CONFIG, SECTIONS } from "./schema.ts";
import { SettingError } from "./setting_error.ts";
import { stateIn, stateOf } from "./state_of.ts";

/** Lists would pass for objects here. */
const OBJECTS: readonly KeyPath[] = [[], ["run"], ["check"], ["ab"], ["run", "labels"]];
/** Objects whose keys are the user's. */
const OPEN_OBJECTS: readonly KeyPath[] = [["run", "labels"], ["check", "thresholds"]];
/** Keys that validation passes over, because code that copies objects trips over them. */
const PASSED_OVER = ["__proto__", "constructor", "prototype"];

/** What of spans is compared, as `--of` has it. */
const QUANTITY = /^(p\(?\s*\d+(\.\d+)?\s*\)?|avg|mean|med|median|errors)$/i;

/** @throws {SettingError} */
export function validateConfig(value: unknown): LoadedConfig {
  for (const path of OBJECTS) {
    if (Array.isArray(valueAtPath(value, path))) throw new SettingError(path, "expected an object");
  }
  for (const path of OPEN_OBJECTS) refusePassedOver(value, path);
  const result = v.safeParse(CONFIG, value, { abortPipeEarly: true });
  if (!result.success) throw toSettingError(result.issues[0], value);
  const { run, check, ab } = result.output as FerretConfig;
  if (run !== undefined) applyRunSettings(defaultRunOptions(), run, new Set());
  return {
    ...run === undefined ? {} : { run },
    ...check === undefined ? {} : { check: toCheck(check) },
    ...ab === undefined ? {} : { ab: toAb(ab) },
  };
}

function refusePassedOver(value: unknown, path: KeyPath): void {
  const object = valueAtPath(value, path);
  if (typeof object !== "object" || object === null) return;
  for (const key of PASSED_OVER) {
    if (Object.hasOwn(object, key)) {
      throw new SettingError([...path, key], "this cannot be a key here", { isKey: true });
    }
  }
}

function toSettingError(issue: v.BaseIssue<unknown>, value: unknown): SettingError {
  const { path, message } = deepest(issue);
  if (issue.type !== "strict_object" || issue.expected !== "never") {
    return new SettingError(path, message);
  }
  const key = String(path.at(-1));
  const parent = path.slice(0, -1);
  const known = keysAt(parent);
  const near = nearest(key, known);
  if (near !== undefined && valueAtPath(value, [...parent, near]) === undefined) {
    return unknownKey(path, `Did you mean "${near}"?`);
  }
  const section = Object.keys(SECTIONS).find((name) => keysAt([name]).includes(key));
  const hint = section === undefined
    ? `There are ${known.join(", ")}`
    : `It belongs into "${section}"`;
  return unknownKey(path, hint);
}

function unknownKey(path: KeyPath, hint: string): SettingError {
  return new SettingError(path, "there is no such key", { hint, isKey: true });
}

/** Of a value that fits none of several types the reason of the one that it fits most. */
function deepest(issue: v.BaseIssue<unknown>): { path: KeyPath; message: string } {
  const path = (issue.path ?? []).map(({ key }) => key as string | number);
  const inner = (issue.issues ?? []).map(deepest).filter((one) => one.path.length > 0)
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (inner === undefined) return { path, message: issue.message };
  return { path: [...path, ...inner.path], message: inner.message };
}

function keysAt([section]: KeyPath): string[] {
  if (section === undefined) return Object.keys(CONFIG.entries);
  return Object.keys(SECTIONS[section as keyof typeof SECTIONS].entries);
}

function toCheck(settings: CheckSettings): CheckConfig {
  const { thresholds, alpha, margin, maxLoss, ...others } = settings;
  return withoutMissing({
    ...others,
    thresholds: thresholds === undefined ? undefined : toThresholds(thresholds),
    alpha: alpha === undefined ? undefined : shareOf(alpha),
    margin: margin === undefined ? undefined : shareOf(margin),
    maxLoss: maxLoss === undefined ? undefined : toMaxLoss(maxLoss),
  }) as CheckConfig;
}

function toAb(settings: AbSettings): AbConfig {
  const { maxTime, alpha, margin, of, ...others } = settings;
  return withoutMissing({
    ...others,
    of: of === undefined ? undefined : toQuantities(of),
    maxTimeNs: maxTime === undefined ? undefined : toNs(maxTime),
    alpha: alpha === undefined ? undefined : shareOf(alpha),
    margin: margin === undefined ? undefined : shareOf(margin),
  }) as AbConfig;
}

function toQuantities(of: string | readonly string[]): string {
  const names = typeof of === "string" ? of.split(",") : of;
  for (const [i, name] of names.entries()) {
    if (QUANTITY.test(name.trim())) continue;
    const path = ["ab", "of", ...typeof of === "string" ? [] : [i]];
    throw new SettingError(path, "expected percentiles such as p99, avg or errors");
  }
  return names.join(",");
}

function toNs(maxTime: string | number): number {
  const ns = typeof maxTime === "number" ? Math.round(maxTime * 1e6) : parseDuration(maxTime);
  if (ns > 0) return ns;
  throw new SettingError(["ab", "maxTime"], "it is no time at all");
}

function toMaxLoss(value: string | number): string {
  const text = String(value);
  if (/^\d+$/.test(text) || stateOf(parseRatio, text) === undefined) return text;
  throw new SettingError(
    ["check", "maxLoss"],
    'expected a share such as "1%" or a number of spans',
  );
}

/** In the form of `--threshold`, each of which has been parsed. */
function toThresholds(thresholds: NonNullable<CheckSettings["thresholds"]>): string[] {
  const path = ["check", "thresholds"];
  if (typeof thresholds === "string") return [checkedThreshold(thresholds, path)];
  if (Array.isArray(thresholds)) {
    return thresholds.map((text: string, i) => checkedThreshold(text, [...path, i]));
  }
  const bySelector = thresholds as Readonly<Record<string, string | readonly string[]>>;
  return Object.entries(bySelector).flatMap(([selector, limits]) => {
    const here = [...path, selector];
    const state = stateOf(parseSelector, selector);
    if (state !== undefined) throw new SettingError(here, state);
    return typeof limits === "string"
      ? [selectedThreshold(selector, limits, here)]
      : limits.map((limit, i) => selectedThreshold(selector, limit, [...here, i]));
  });
}

function selectedThreshold(selector: string, limit: string, path: KeyPath): string {
  const text = `${selector}: ${limit}`;
  // Values of metrics have units of their own.
  if (/^\s*metric:/.test(selector)) return checkedThreshold(text, path);
  checkedThreshold(limit, path);
  const parsed = parseThreshold(checkedThreshold(text, path));
  if (parsed.selector?.text === parseSelector(selector).text) return text;
  throw new SettingError(path, "it names its spans itself", {
    hint: "Write it into a list of thresholds",
  });
}

function checkedThreshold(text: string, path: KeyPath): string {
  try {
    parseThreshold(text);
    return text;
  } catch (error) {
    if (error instanceof SyntaxError) throw new SettingError(path, stateIn(error, text));
    throw error;
  }
}

function withoutMissing(object: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
