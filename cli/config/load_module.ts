/**
 * Loads `ferret.config.ts` on the runtime that ferret itself runs on. It is a
 * program: what it does is done with the rights of whoever calls ferret.
 *
 * @module
 */
import { fileURLToPath, pathToFileURL } from "node:url";
import { UsageError } from "../errors.ts";
import { shownPath } from "../shown_path.ts";

/**
 * What the module exports by default.
 *
 * @throws {UsageError} in one line, with the place where it failed.
 */
export async function loadModule(path: string): Promise<unknown> {
  const url = pathToFileURL(path).href;
  let exported: Record<string, unknown>;
  try {
    exported = await import(url) as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(...explain(path, url, error));
  }
  if ("default" in exported) return exported["default"];
  throw new UsageError(
    `Cannot use "${shownPath(path)}": it exports nothing by default`,
    "Write export default { check: { … } }",
  );
}

function explain(path: string, url: string, error: unknown): [message: string, hint?: string] {
  const { code, message } = (error ?? {}) as { code?: string; message?: string };
  const shown = shownPath(path);
  if (code === "ERR_UNKNOWN_FILE_EXTENSION" && /\.[cm]?ts$/.test(path)) {
    return [
      `Cannot load "${shown}": this version of Node reads no TypeScript`,
      "Call it ferret.config.mjs, or write a ferret.json",
    ];
  }
  const place = placeIn(error, url);
  const state = firstLine(message ?? String(error)).replaceAll(url, shown);
  return [`Cannot load "${shown}${place === undefined ? "" : `:${place}`}": ${state}`];
}

/** Line and column of the file in what a runtime says of an error, from 1. */
function placeIn(error: unknown, url: string): string | undefined {
  const all = [error, ...(error as { errors?: unknown[] } | null)?.errors ?? []];
  for (const one of all) {
    // Bun's errors of syntax and of imports.
    const { position } = (one ?? {}) as { position?: { line?: number; column?: number } | null };
    if (position?.line) return `${position.line}:${position.column ?? 1}`;
    const { stack = "", message = "" } = (one ?? {}) as Partial<Error>;
    const text = `${stack}\n${message}`;
    for (const name of [url, fileURLToPath(url)]) {
      const at = text.indexOf(`${name}:`);
      const match = at < 0 ? null : /^\d+(:\d+)?/.exec(text.slice(at + name.length + 1));
      if (match !== null) return match[0];
    }
  }
  return undefined;
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0]!.replace(/\.$/, "");
}
