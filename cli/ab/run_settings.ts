/**
 * The settings that the runs of both sides have in common: those of the project
 * as it is now, whatever stands in the baseline's files.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunSettings } from "../../src/model/ferret_config.ts";
import type { LoadedConfig } from "../config/config.ts";
import type { RunOptions } from "../run/options.ts";

/** Writes them into a file of the private folder `folder`. @returns Its path. */
export function writeRunSettings(folder: string, settings: RunSettings): string {
  const path = join(folder, "ferret.json");
  writeFileSync(path, JSON.stringify({ run: settings }), { mode: 0o600 });
  return path;
}

/** Whether the runs are ended by a command or by the clock. */
export function endsByPlan(options: RunOptions, settings: RunSettings): boolean {
  return [options.onReady, options.durationNs, settings.onReady, settings.duration]
    .some((value) => value !== undefined);
}

/** What the configuration says, without what a single run prints and where it goes. */
export function runSettings({ run, ab }: LoadedConfig): RunSettings {
  const { out: _out, report: _report, quiet: _quiet, ...settings } = run ?? {};
  return {
    ...settings,
    ...ab?.onReady === undefined ? {} : { onReady: ab.onReady },
    ...ab?.duration === undefined ? {} : { duration: ab.duration },
  };
}
