/**
 * The settings of `ferret run`, which stands between its user and the program:
 * nothing is loaded unless there are any.
 *
 * @module
 */
import type { RunSettings } from "../../src/model/ferret_config.ts";
import { type ConfigSource, sourceFor } from "./find_config.ts";

/**
 * What the configuration that holds in a folder says of `ferret run`.
 *
 * @throws {UsageError}
 */
export async function loadRunSettings(cwd: string): Promise<RunSettings | undefined> {
  const source = await sourceFor(cwd);
  if (source === undefined || saysNothing(source)) return undefined;
  const { loadConfig } = await import("./load_config.ts");
  return (await loadConfig(cwd, { only: "run" })).config.run;
}

/** Whether it has no settings of a run: nothing has to be loaded to know. */
function saysNothing(source: ConfigSource): boolean {
  if (source.kind === "module") return false;
  try {
    const all = JSON.parse(source.text);
    const config = source.key === undefined ? all : all[source.key];
    return config !== null && typeof config === "object" && !Object.hasOwn(config, "run");
  } catch {
    return false;
  }
}
