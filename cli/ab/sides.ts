/**
 * The two sides, ready to be run: what is wrong with a command is found before
 * anything is started.
 *
 * @module
 */
import { delimiter, join } from "node:path";
import process from "node:process";
import type { RunSettings } from "../../src/model/ferret_config.ts";
import { UsageError } from "../errors.ts";
import { asUsage } from "../usage.ts";
import { parseRunArguments } from "../run/arguments.ts";
import { foldersUpwards } from "../run/choose_runtime.ts";
import { planCommand } from "../run/command_line.ts";
import { planScript } from "../run/launch.ts";
import type { AbRequest } from "./arguments.ts";
import type { AbSide } from "./recorded_run.ts";
import type { Side } from "./order.ts";
import { splitCommand } from "./split_words.ts";

/** How messages call a side. */
export const SIDE_NAMES: Readonly<Record<Side, string>> = {
  base: "baseline",
  head: "candidate",
};

/** Both sides. */
export type Sides = Readonly<Record<Side, AbSide>>;

/** Where sides are run, and what holds for their runs. */
export interface SidePlace {
  cwd: string;
  settings: RunSettings;
}

/** Two commands in quotes. @throws {UsageError} */
export function commandSides(
  { commands, runWords }: Pick<AbRequest, "commands" | "runWords">,
  place: SidePlace,
): Sides {
  const [base, head] = commands!;
  return {
    base: commandSide("base", base!, { runWords, ...place }),
    head: commandSide("head", head!, { runWords, ...place }),
  };
}

/**
 * A side that is a command in quotes; a script alone is one too.
 *
 * @throws {UsageError}
 */
function commandSide(
  side: Side,
  text: string,
  { runWords, cwd, settings }: SidePlace & { runWords: readonly string[] },
): AbSide {
  const { environment, words } = asUsage(() => splitCommand(text));
  const isScript = /\.[cm]?[jt]sx?$/.test(words[0]!);
  const all = [...runWords, ...isScript ? [] : ["--"], ...words];
  return checked({ side, label: text, cwd, words: all, environment }, settings);
}

/**
 * A side that is a working tree.
 *
 * @param words Options of `ferret run` and what it is to run.
 * @throws {UsageError}
 */
export function treeSide(
  side: Side,
  label: string,
  { words, cwd, origin, settings }: SidePlace & {
    words: readonly string[];
    /** The folder that the user is in. */
    origin: string;
  },
): AbSide {
  // A runtime that only the candidate has installed is the baseline's as well.
  const folders = [...foldersUpwards(cwd), ...foldersUpwards(origin)]
    .map((folder) => join(folder, "node_modules", ".bin"));
  const path = [...folders, process.env["PATH"] ?? ""].join(delimiter);
  const environment: Record<string, string> = side === "base" ? { PATH: path } : {};
  return checked({ side, label, cwd, words, environment }, settings);
}

/** @throws {UsageError} when the side cannot be run. */
function checked(side: AbSide, settings: RunSettings): AbSide {
  try {
    const request = parseRunArguments(side.words, side.cwd, { settings });
    if (request === "help") throw new UsageError("Cannot compare: there is no command");
    const { target } = request;
    if (target.kind === "script") planScript(target, side.cwd);
    else planCommand(target, side.cwd);
    return side;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(`${error.message} (${SIDE_NAMES[side.side]})`, error.hint);
  }
}
