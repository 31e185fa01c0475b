/**
 * `ferret baseline rm`: removes baselines of the project.
 *
 * @module
 */
import { existsSync, rmSync } from "node:fs";
import process from "node:process";
import {
  baselinePath,
  findBaselineFolder,
  isBaselineName,
  listBaselines,
} from "../../../src/baseline/baseline_folder.ts";
import { noSuchBaseline } from "../../compared_side.ts";
import { UsageError } from "../../errors.ts";
import type { Io } from "../../io.ts";

/** @returns 0. @throws {CannotSayError} when one of them is not there; then all stay. */
export function removeBaselines(names: readonly string[], io: Io): number {
  const folder = findBaselineFolder(process.cwd());
  const paths = names.map((name) => {
    const path = folder === undefined ? "" : baselinePath(folder, name);
    if (isBaselineName(name) && existsSync(path)) return path;
    throw noSuchBaseline(name, folder === undefined ? [] : listBaselines(folder));
  });
  names.forEach((name, i) => {
    try {
      rmSync(paths[i]!);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new UsageError(`Cannot remove baseline "${name}": ${code}`);
    }
    io.out(`removed ${name}\n`);
  });
  return 0;
}
