/**
 * A recording's path that is a symbolic link. That of the user's own is
 * followed; one that somebody else has put into a folder where everybody can
 * put files might lead anywhere.
 *
 * @module
 */
import { lstatSync, readlinkSync, type Stats, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import process from "node:process";
import { OutputError } from "./output_error.ts";

/** As many links in a row as Linux follows. */
const MAX_LINKS = 40;
const WRITABLE_BY_ALL = 0o002;

/**
 * Where `out` leads.
 *
 * @throws {OutputError} when it leads there by a link that is not to be trusted.
 */
export function followLinks(out: string): string {
  let path = out;
  for (let links = 0; links < MAX_LINKS; links++) {
    const link = path.replace(/[/\\]+$/, "") || "/";
    const stat = statOf(link);
    if (stat === undefined || !stat.isSymbolicLink()) return path;
    const folder = dirname(link);
    const isOurs = stat.uid === process.getuid?.() || stat.uid === 0;
    if (!isOurs && (statSync(folder).mode & WRITABLE_BY_ALL) !== 0) {
      const state = `"${link}" is a symbolic link of another user's`;
      throw new OutputError("E_OUTPUT_KIND", { path: out, state });
    }
    const slash = path === link ? "" : "/";
    path = resolve(folder, readlinkSync(link)) + slash;
  }
  throw new OutputError("E_OUTPUT_KIND", { path: out, state: "it leads in circles" });
}

function statOf(link: string): Stats | undefined {
  try {
    return lstatSync(link);
  } catch {
    // Not there, or in no folder: whoever wants to write there says what is wrong.
    return undefined;
  }
}
