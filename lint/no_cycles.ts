/**
 * Rule `ferret/no-cycles`: no file imports itself through others. Types do not
 * count: an interface may be in the file that chooses between what implements it.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { resolveImport } from "./layer_table.ts";
import { isShipped, PROJECT_ROOT, projectPath } from "./project_path.ts";

/** Imports, exports and `import()` of a relative path; the first group is there for types only. */
const RELATIVE_IMPORT =
  /\b(?:import|export)\s+(?:(type\s)?[\w\s{},*]+\bfrom\s*)?"(\.[^"]+\.ts)"|\bimport\(\s*"(\.[^"]+\.ts)"/g;

const importsByFile = new Map<string, string[]>();

/** Reports the cycles that a file is part of. */
export const noCycles: Deno.lint.Rule = {
  create(context) {
    const path = projectPath(context.filename);
    if (path === undefined || !isShipped(context.filename)) return {};
    return {
      Program(node) {
        const cycle = findCycle(path, readImports);
        if (cycle === undefined) return;
        context.report({ node, message: `Imports itself: ${cycle.join(" → ")}` });
      },
    };
  },
};

/**
 * Finds the shortest way from a file back to itself.
 *
 * @returns The files on the way, the first and the last being `start`.
 */
export function findCycle(
  start: string,
  importsOf: (path: string) => string[],
): string[] | undefined {
  const cameFrom = new Map<string, string>();
  const waiting = [start];
  for (const path of waiting) {
    for (const target of importsOf(path)) {
      if (target === start) return wayTo(path, cameFrom, [start]);
      if (cameFrom.has(target)) continue;
      cameFrom.set(target, path);
      waiting.push(target);
    }
  }
  return undefined;
}

function wayTo(path: string, cameFrom: Map<string, string>, rest: string[]): string[] {
  const way = [path, ...rest];
  const before = cameFrom.get(path);
  return before === undefined ? way : wayTo(before, cameFrom, way);
}

function readImports(path: string): string[] {
  let imports = importsByFile.get(path);
  if (imports !== undefined) return imports;
  imports = findImports(path, readText(path));
  importsByFile.set(path, imports);
  return imports;
}

/** The files that a text imports by relative path, for more than types. */
export function findImports(path: string, text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  return [...code.matchAll(RELATIVE_IMPORT)]
    .filter(([, isType]) => isType === undefined)
    .map(([, , fixed, dynamic]) => resolveImport(path, (fixed ?? dynamic)!)!);
}

function readText(path: string): string {
  try {
    return readFileSync(PROJECT_ROOT + path, "utf8");
  } catch {
    return ""; // A missing file is for the type checker to report.
  }
}
