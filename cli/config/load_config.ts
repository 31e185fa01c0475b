/**
 * Reads the settings of a project.
 *
 * A setting that cannot be used ends the command: a gate that passes over a
 * threshold with a typing error would never fail.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { UsageError } from "../errors.ts";
import type { LoadedConfig } from "./config.ts";
import { type ConfigSource, sourceFor } from "./find_config.ts";
import { formatKeyPath, type KeyPath, valueAtPath } from "./key_path.ts";
import { shownPath } from "../shown_path.ts";

/** Longer values are cut in messages. */
const MAX_SHOWN = 60;

/** Settings, and where they are from. */
export interface ConfigResult {
  config: LoadedConfig;
  /** Absolute. `undefined`: there is no configuration. */
  path: string | undefined;
}

/** Options of {@linkcode loadConfig}. */
export interface LoadConfigOptions {
  /** What `--config` names; `false` with `--no-config`. Default: what is found. */
  file?: string | boolean | undefined;
  /** Looks at nothing else, right or wrong. Default: all is read. */
  only?: "run" | undefined;
}

/**
 * Reads the settings that hold in a folder: of the file that is named, else by
 * the variable FERRET_CONFIG, else the nearest from there to the project's root.
 *
 * @throws {UsageError} naming file, line, key and value.
 */
export async function loadConfig(
  cwd: string,
  { file, only }: LoadConfigOptions = {},
): Promise<ConfigResult> {
  const source = await sourceFor(cwd, file);
  if (source === undefined) return { config: {}, path: undefined };
  const config = await read(source, only);
  return { config: movedTo(cwd, dirname(source.path), config), path: source.path };
}

async function read(source: ConfigSource, only: "run" | undefined): Promise<LoadedConfig> {
  const [{ validateConfig }, { SettingError }] = await Promise.all([
    import("./validate_config.ts"),
    import("./setting_error.ts"),
  ]);
  const { value, placeOf } = await valueOf(source, only);
  try {
    return validateConfig(value);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    const { path, message, hint, isKey } = error;
    const place = placeOf(path, isKey);
    const shown = isKey ? "" : ` ${shownValue(valueAtPath(value, path))}`;
    const where = `"${shownPath(source.path)}${place === undefined ? "" : `:${place}`}"`;
    const what = `${formatKeyPath(path)}${shown}`.trimStart();
    throw new UsageError(`Cannot use ${what} in ${where}: ${message}`, hint);
  }
}

/** A value, and where its parts stand. */
interface ReadValue {
  value: unknown;
  placeOf: (path: KeyPath, isKey: boolean) => string | undefined;
}

async function valueOf(source: ConfigSource, only: "run" | undefined): Promise<ReadValue> {
  if (source.kind === "module") {
    const { loadModule } = await import("./load_module.ts");
    const value = await loadModule(source.path);
    const chosen = only === undefined ? value : { [only]: valueAtPath(value, [only]) };
    return { value: chosen, placeOf: () => undefined };
  }
  const { JsonText, JsonTextError } = await import("./json_text.ts");
  const base = source.key === undefined ? [] : [source.key];
  try {
    const text = new JsonText(source.text);
    // package.json without the key, but named: nothing is set.
    const nothing = base.length > 0 ? {} : null;
    return {
      value: only === undefined
        ? text.valueAt(base) ?? nothing
        : { [only]: text.valueAt([...base, only]) },
      placeOf: (path, isKey) => text.placeOf([...base, ...path], { isKey }),
    };
  } catch (error) {
    if (!(error instanceof JsonTextError)) throw error;
    const place = error.place === undefined ? "" : `:${error.place}`;
    throw new UsageError(`Cannot read "${shownPath(source.path)}${place}": ${error.message}`);
  }
}

function shownValue(value: unknown): string {
  if (Array.isArray(value)) return "[…]";
  if (typeof value === "object" && value !== null) return "{…}";
  if (typeof value === "function") return "(a function)";
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** Paths in a configuration are seen from its folder. */
function movedTo(cwd: string, folder: string, config: LoadedConfig): LoadedConfig {
  const { run, check } = config;
  const moved = (path: string) => {
    const way = relative(cwd, folder);
    return way === "" || isAbsolute(path) ? path : join(way, path);
  };
  // A baseline may be a name as well.
  const isFile = check?.baseline !== undefined &&
    existsSync(resolve(folder, check.baseline.replace(/#[^#/\\]*$/, "")));
  return {
    ...config,
    ...run?.out === undefined ? {} : { run: { ...run, out: moved(run.out) } },
    ...isFile ? { check: { ...check, baseline: moved(check.baseline!) } } : {},
  };
}
