/**
 * Who may import whom. docs/architecture.md explains the table; this is the
 * form that is enforced.
 *
 * @module
 */

/** A part of the project, and what it may use. */
export interface Layer {
  /** Layers it may import. Its own files it may always import. */
  mayImport: readonly string[];
  /** `none`, `dynamic` (by `import()` on first use, never at start) or `any`. */
  packages: "none" | "dynamic" | "any";
}

/** The layers whose code runs inside the profiled program load no package at start. */
export const LAYERS: Readonly<Record<string, Layer>> = {
  "src/model": { mayImport: [], packages: "none" },
  "src/runtime": { mayImport: [], packages: "dynamic" },
  "src/ring": { mayImport: ["src/model", "src/runtime"], packages: "none" },
  "src/recorder": { mayImport: ["src/ring", "src/model", "src/runtime"], packages: "none" },
  "src/hooks": { mayImport: ["src/recorder", "src/model", "src/runtime"], packages: "none" },
  "src/hooks/databases": {
    mayImport: ["src/hooks", "src/recorder", "src/model", "src/runtime"],
    packages: "none",
  },
  "src/hooks/functions": {
    mayImport: ["src/hooks", "src/recorder", "src/model", "src/runtime"],
    packages: "dynamic",
  },
  "src/hooks/processes": {
    mayImport: ["src/hooks", "src/recorder", "src/model", "src/runtime"],
    packages: "none",
  },
  "src/hooks/workers": {
    mayImport: ["src/hooks", "src/recorder", "src/ring", "src/model", "src/runtime"],
    packages: "none",
  },
  "src/hooks/files": {
    mayImport: ["src/hooks", "src/recorder", "src/model", "src/runtime"],
    packages: "none",
  },
  // Where a thread begins: takes its ring and puts the parts together.
  "src/hooks/thread_start.ts": {
    mayImport: [
      "src/hooks",
      "src/hooks/start.ts",
      "src/hooks/functions",
      "src/hooks/workers",
      "src/recorder",
      "src/ring",
      "src/model",
      "src/runtime",
    ],
    packages: "none",
  },
  "src/hooks/watch_modules.ts": {
    mayImport: ["src/hooks", "src/hooks/functions", "src/recorder", "src/model", "src/runtime"],
    packages: "none",
  },
  "src/hooks/start.ts": {
    mayImport: [
      "src/hooks",
      "src/hooks/watch_modules.ts",
      "src/hooks/databases",
      "src/hooks/files",
      "src/hooks/functions",
      "src/hooks/processes",
      "src/hooks/workers",
      "src/recorder",
      "src/ring",
      "src/model",
      "src/runtime",
    ],
    packages: "none",
  },
  // Tests make ferret fail there: never in the program.
  "src/runtime/fail_point.ts": { mayImport: [], packages: "none" },
  "src/store": {
    mayImport: ["src/model", "src/runtime", "src/runtime/fail_point.ts"],
    packages: "any",
  },
  // Runs beside the program, never in it.
  "src/redaction": { mayImport: ["src/model"], packages: "none" },
  "src/writer": {
    mayImport: [
      "src/redaction",
      "src/ring",
      "src/store",
      "src/model",
      "src/runtime",
      "src/runtime/fail_point.ts",
    ],
    packages: "any",
  },
  "src/analysis": { mayImport: ["src/model"], packages: "any" },
  "src/report": { mayImport: ["src/analysis", "src/model"], packages: "any" },
  // Runs in the browser.
  "src/report/client": {
    mayImport: ["src/report", "src/analysis", "src/model"],
    packages: "any",
  },
  "src/export": { mayImport: ["src/analysis", "src/model"], packages: "any" },
  "src/import": { mayImport: ["src/model"], packages: "any" },
  "src/baseline": { mayImport: ["src/model"], packages: "any" },
  "src/profiler": {
    mayImport: [
      "src/recorder",
      "src/ring",
      "src/writer",
      "src/redaction",
      "src/model",
      "src/runtime",
    ],
    packages: "none",
  },
  "mod.ts": {
    mayImport: ["src/profiler", "src/recorder", "src/ring", "src/writer", "src/model"],
    packages: "none",
  },
  "cli": { mayImport: ["src/*", "mod.ts"], packages: "any" },
};

/** The layer a file belongs to: the longest entry that holds it. */
export function layerOf(path: string): string | undefined {
  let found: string | undefined;
  for (const name of Object.keys(LAYERS)) {
    const isInside = path === name || path.startsWith(name + "/");
    if (isInside && name.length > (found?.length ?? 0)) found = name;
  }
  return found;
}

/** One import as it stands in a file. */
export interface ImportSite {
  /** Path of the importing file, from the project's root. */
  from: string;
  /** What is between the quotes. */
  specifier: string;
  isDynamic: boolean;
  /** Gone after compilation. */
  isTypeOnly: boolean;
}

/** Says what is wrong with an import, or `undefined` when nothing is. */
export function findBreach(site: ImportSite): string | undefined {
  const layer = layerOf(site.from);
  const target = resolveImport(site.from, site.specifier);
  if (target === undefined) return layer && findPackageBreach(layer, site);
  if (layer === undefined) return undefined;
  const targetLayer = layerOf(target);
  if (targetLayer === layer) return undefined;
  if (targetLayer === undefined) return `"${layer}" may not import "${target}"`;
  const allowed = LAYERS[layer]!.mayImport;
  const isAllowed = allowed.includes(targetLayer) ||
    (targetLayer.startsWith("src/") && allowed.includes("src/*"));
  return isAllowed ? undefined : `"${layer}" may not import "${targetLayer}"`;
}

function findPackageBreach(layer: string, site: ImportSite): string | undefined {
  const { packages } = LAYERS[layer]!;
  if (packages === "any" || site.isTypeOnly || isBuiltin(site.specifier)) return undefined;
  if (packages === "dynamic" && site.isDynamic) return undefined;
  const reason = packages === "dynamic" ? " except by import() on first use" : "";
  return `"${layer}" runs in the profiled program and may load no package${reason}: ` +
    `"${site.specifier}"`;
}

function isBuiltin(specifier: string): boolean {
  return specifier.startsWith("node:") || specifier.startsWith("bun:") || specifier === "bun";
}

/** Path from the root that a relative import leads to; `undefined` for a package. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  const base = new URL(from, "file:///root/");
  return new URL(specifier, base).pathname.slice("/root/".length);
}
