/**
 * Settings of `ferret run` as the flags that say the same: what a flag may say
 * is known in one place, and flags that were given win.
 *
 * @module
 */
import type { RunSettings } from "../../src/model/ferret_config.ts";
import { UsageError } from "../errors.ts";
import { type RunOptions, takeRunOption } from "../run/options.ts";
import { SettingError } from "./setting_error.ts";
import { stateIn } from "./state_of.ts";

/** Flags by setting; the first is the one that takes the setting's value. */
const FLAGS: Readonly<Record<keyof RunSettings, readonly string[]>> = {
  out: ["--out"],
  runtime: ["--runtime"],
  functions: ["--functions", "--no-functions"],
  minDuration: ["--min-duration"],
  sample: ["--sample"],
  maxSpansPerSecond: ["--max-spans-per-second"],
  keep: ["--keep"],
  // A flag that names hooks says all about them.
  hook: ["--hook", "--no-hook"],
  noHook: ["--no-hook", "--hook"],
  overflow: ["--overflow"],
  ringSize: ["--ring-size"],
  duration: ["--duration"],
  onReady: ["--on-ready"],
  labels: ["--label"],
  redact: ["--redact", "--no-redact"],
  report: ["--report"],
  quiet: ["--quiet"],
};

/**
 * Adds to the options what the settings say and no flag did.
 *
 * @param given Long names of the flags that were given.
 * @throws {SettingError} about a value that its flag would not take.
 */
export function applyRunSettings(
  options: RunOptions,
  settings: RunSettings,
  given: ReadonlySet<string>,
): void {
  for (const key of Object.keys(settings) as (keyof RunSettings)[]) {
    // Labels are told apart by their names.
    if (key !== "labels" && FLAGS[key].some((flag) => given.has(flag))) continue;
    for (const { path, value, flag } of flagsOf(key, settings[key])) {
      const label = key === "labels" ? String(path[1]) : undefined;
      if (label !== undefined) {
        if (Object.hasOwn(options.labels, label)) continue;
        if (label === "" || label.includes("=")) {
          throw new SettingError(["run", ...path], "the name of a label is not empty and has no =");
        }
      }
      try {
        takeRunOption(options, [flag], 0);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        const about = error.hint === undefined ? {} : { hint: error.hint };
        throw new SettingError(["run", ...path], stateIn(error, value), about);
      }
    }
  }
}

/** One value, where it stands, and the flag that says the same. */
interface SettingFlag {
  path: (string | number)[];
  value: string;
  flag: string;
}

function flagsOf(key: keyof RunSettings, setting: RunSettings[keyof RunSettings]): SettingFlag[] {
  const [name] = FLAGS[key];
  const one = (value: string, ...path: (string | number)[]): SettingFlag => (
    { path: [key, ...path], value, flag: `${name}=${value}` }
  );
  switch (typeof setting) {
    case "string":
      return [one(setting)];
    case "number":
      return [one(numberText(setting))];
    case "boolean":
      if (key === "report" || key === "quiet") {
        return setting ? [{ path: [key], value: "true", flag: name! }] : [];
      }
      return [{ path: [key], value: "false", flag: `--no-${name!.slice(2)}` }];
    case "object":
      return Array.isArray(setting)
        ? setting.map((value: string, i) => one(value, i))
        : Object.entries(setting as Record<string, string>)
          .map(([label, value]) => one(`${label}=${value}`, label));
    default:
      return [];
  }
}

/** Without an exponent, which durations and sizes do not know. */
function numberText(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(9).replace(/\.?0+$/, "") : text;
}
