/**
 * Names of partial recordings and whether somebody is still writing one.
 *
 * @module
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { processIdentity } from "../runtime/process_identity.ts";
import { isLock } from "./run_lock.ts";
import type { PartialState } from "./run_store.ts";

/** How a recording is stored. */
export type StoreKind = "duckdb" | "parquet";

/** What stands between a recording's name and the id of a run that is being written. */
const PARTIAL_MARK = ".partial-";

/** How `out` is stored: a path that ends in `/` or `.parquet`, or is a folder, holds Parquet. */
export function storeKind(out: string): StoreKind {
  return /[/\\]$|\.parquet$/.test(out) ? "parquet" : "duckdb";
}

/** Where the partial of a run lies: beside a DuckDB file, inside a Parquet folder. */
export function partialPath(out: string, runId: string): string {
  return storeKind(out) === "parquet"
    ? join(out, `${PARTIAL_MARK}${runId}`)
    : `${out}${PARTIAL_MARK}${runId}`;
}

/** What a partial is called while it is made again; not taken for a partial. */
export function copyPath(partial: string): string {
  return `${partial}.copy.tmp`;
}

/** Where a recording goes when its own folder is gone for good: a name that nobody can guess. */
export function rescuePath(out: string, runId: string): string {
  return join(tmpdir(), `ferret-rescued-${runId}`, basename(out)) + (/[/\\]$/.test(out) ? "/" : "");
}

/** Removes a copy that was not completed. */
export function removeCopy(partial: string): void {
  const copy = copyPath(partial);
  for (const path of [copy, `${copy}.wal`]) rmSync(path, { force: true });
}

/** The partials of a recording, whoever owns them. */
export function findPartials(out: string): string[] {
  const isParquet = storeKind(out) === "parquet";
  const folder = isParquet ? out : dirname(out);
  const prefix = isParquet ? PARTIAL_MARK : basename(out) + PARTIAL_MARK;
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && !/\.(wal|tmp)$/.test(name) && !isLock(name))
    .sort()
    .map((name) => join(folder, name));
}

/**
 * Whether the process that wrote a partial is surely gone. A reused process id
 * is told apart by its start time; where that is not known, a living id counts
 * as the owner.
 */
export function isOwnerGone(state: PartialState): boolean {
  const identity = processIdentity(state.ownerPid);
  if (identity === undefined) return true;
  return identity.startTime !== 0 && state.ownerStart !== 0 &&
    identity.startTime !== state.ownerStart;
}

/** The run that a partial is of. */
export function runOfPartial(path: string): string {
  return path.slice(path.lastIndexOf(PARTIAL_MARK) + PARTIAL_MARK.length);
}
