/**
 * Whether a path can take a recording, asked before the program starts: what is
 * wrong with it is the user's to know at once, and not after an hour.
 *
 * @module
 */
import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { OutputError } from "./output_error.ts";
import { followLinks } from "./output_link.ts";
import { storeKind } from "./partial.ts";

/**
 * Checks that `path` is a recording or can become one.
 *
 * @param path A file, or a folder for Parquet (see `storeKind`).
 * @throws {OutputError} with what is wrong in its `code` and as a sentence.
 */
export async function checkOutput(path: string): Promise<void> {
  const out = followLinks(path);
  const isParquet = storeKind(out) === "parquet";
  const kind = kindOf(trimSlash(out));
  if (isParquet) {
    if (kind === "file") {
      throw new OutputError("E_OUTPUT_KIND", {
        path: out,
        state: "it is a file, and Parquet needs a folder",
      });
    }
    if (kind === "absent") requireWritableFolder(dirname(trimSlash(out)), out);
    else requireWritableFolder(out, out);
    return;
  }
  if (kind === "folder") {
    throw new OutputError("E_OUTPUT_KIND", {
      path: out,
      state: 'it is a folder (add "/" to record Parquet into it)',
    });
  }
  requireWritableFolder(dirname(out), out);
  if (kind === "file") await requireUsableFile(out);
}

function kindOf(path: string): "absent" | "file" | "folder" {
  if (!existsSync(path)) return "absent";
  return statSync(path).isDirectory() ? "folder" : "file";
}

function requireWritableFolder(folder: string, out: string): void {
  const kind = kindOf(folder);
  if (kind !== "folder") {
    const state = kind === "absent"
      ? `the folder "${folder}" does not exist`
      : `"${folder}" is not a folder`;
    throw new OutputError("E_OUTPUT_FOLDER", { path: out, state });
  }
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new OutputError("E_OUTPUT_FOLDER", {
      path: out,
      state: `the folder "${folder}" is not writable`,
      cause,
    });
  }
}

async function requireUsableFile(out: string): Promise<void> {
  try {
    accessSync(out, constants.W_OK | constants.R_OK);
  } catch (cause) {
    throw new OutputError("E_OUTPUT_FOLDER", { path: out, state: "it is not writable", cause });
  }
  // DuckDB would make a database of it, and an empty file is nobody's recording.
  if (statSync(out).size === 0) {
    throw new OutputError("E_OUTPUT_FOREIGN", {
      path: out,
      state: "it is not a recording (it is empty)",
    });
  }
  // Loaded only now: DuckDB takes longer to load than the program to start.
  const { closeDatabase } = await import("./duckdb_api.ts");
  const { openUnlocked, requireRecording } = await import("./join.ts");
  const database = await openUnlocked(out, { readOnly: true, isForeign: true });
  try {
    await requireRecording(database.connection, out);
  } finally {
    closeDatabase(database);
  }
}

function trimSlash(path: string): string {
  return path.replace(/[/\\]+$/, "") || "/";
}
