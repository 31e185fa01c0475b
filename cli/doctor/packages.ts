/**
 * Packages of a project that a hook knows, found without loading any of them.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HOOK_CATALOG, type KnownPackage } from "../../src/hooks/catalog.ts";
import { foldersUpwards } from "../run/choose_runtime.ts";

/** A package, and what its hook would make of it. */
export interface FoundPackage {
  name: string;
  version: string;
  hook: string;
  /** `untested`: the hook tries, and this version is none that it was made for. */
  verdict: "supported" | "untested";
  reason: string | undefined;
}

/** The packages that a file in `folder` would get, by what Node's resolution finds first. */
export function findPackages(folder: string): FoundPackage[] {
  const folders = foldersUpwards(folder).map((parent) => join(parent, "node_modules"))
    .filter((path) => existsSync(path));
  return HOOK_CATALOG.flatMap(({ name: hook, packages }) =>
    packages.flatMap((known) => {
      const version = firstVersion(folders, known.name);
      return version === undefined
        ? []
        : [{ name: known.name, version, hook, ...judge(version, known) }];
    })
  );
}

function firstVersion(folders: readonly string[], name: string): string | undefined {
  for (const folder of folders) {
    try {
      const file = join(folder, name, "package.json");
      const { version } = JSON.parse(readFileSync(file, "utf8")) as { version?: unknown };
      if (typeof version === "string") return version;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

function judge(
  version: string,
  { tested }: KnownPackage,
): Pick<FoundPackage, "verdict" | "reason"> {
  const isKnown = tested.some((known) => majorOf(known) === majorOf(version));
  if (isKnown) return { verdict: "supported", reason: undefined };
  return { verdict: "untested", reason: `tested with ${tested.join(" and ")}` };
}

/** `1` of `1.4.30`. */
function majorOf(version: string): string {
  return version.split(".", 1)[0]!;
}
