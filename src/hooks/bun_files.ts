/**
 * Bun: the files that ferret changes go through one plugin on their way in.
 *
 * A plugin must deliver what its filter caught, also what it has nothing to say
 * about. CommonJS takes another way: bun_commonjs.ts.
 *
 * @module
 */
import { ownFs } from "../runtime/own_fs.ts";
import { BunCommonJs } from "./bun_commonjs.ts";
import type { ModuleSpans } from "./modules/module_spans.ts";
import { kindOf, type PackageFiles } from "./package_files.ts";

export type BunLoader = "js" | "jsx" | "ts" | "tsx";

/** What becomes of a file. */
export type PreparedFile =
  /** Handed to Bun, whose loader compiles it. */
  | { kind: "source"; contents: string; loader: BunLoader }
  /** JavaScript to be run as CommonJS. */
  | { kind: "commonjs"; code: string };

/** The files whose functions are recorded. */
export interface OwnFiles {
  pattern: RegExp;
  prepare(source: string, path: string): PreparedFile;
}

interface BunGlobal {
  /** Path of the program's entry. */
  main: string;
  plugin(options: { name: string; setup(build: BunPluginBuilder): void }): void;
}

interface BunPluginBuilder {
  onLoad(
    constraints: { filter: RegExp },
    load: (args: { path: string }) => LoadedByBun,
  ): void;
}

type LoadedByBun =
  | { contents: string; loader: BunLoader }
  | { exports: Record<string, unknown>; loader: "object" };

/** Installs the plugin. Files that are waited for later are not caught. */
export function installBunFiles(
  own: OwnFiles | undefined,
  { packages, modules }: { packages: PackageFiles; modules: ModuleSpans | undefined },
): void {
  const { Bun } = globalThis as unknown as { Bun: BunGlobal };
  const { readFileSync } = ownFs();

  function prepare(path: string): PreparedFile {
    const source = readFileSync(path, "utf8");
    const isOwn = own?.pattern.test(path) === true;
    const prepared = isOwn ? own.prepare(source, path) : prepareAsIs(source, path);
    const isSource = prepared.kind === "source";
    const text = isSource ? prepared.contents : prepared.code;
    const kind = isSource ? "module" : "commonjs";
    let changed = packages.changed(text, { path, url: path, kind });
    if (isOwn && modules !== undefined) {
      modules.loads();
      if (path !== Bun.main) changed = modules.withEnd(changed ?? text, path);
    }
    if (changed === undefined) return prepared;
    return isSource ? { ...prepared, contents: changed } : { kind: "commonjs", code: changed };
  }

  const patterns = [...own === undefined ? [] : [own.pattern], packages.pattern];
  const isOurs = (path: string) => patterns.some((pattern) => pattern.test(path));
  const commonJs = new BunCommonJs({
    read(path) {
      const prepared = isOurs(path) ? prepare(path) : undefined;
      return prepared?.kind === "commonjs" ? prepared.code : undefined;
    },
    isMain: (path) => path === Bun.main,
  });
  Bun.plugin({
    name: "ferret",
    setup(build) {
      const load = ({ path }: { path: string }): LoadedByBun => {
        const prepared = prepare(path);
        return prepared.kind === "source"
          ? { contents: prepared.contents, loader: prepared.loader }
          : { exports: commonJs.namespaceOf(path, prepared.code), loader: "object" };
      };
      for (const filter of patterns) build.onLoad({ filter }, load);
    },
  });
}

function prepareAsIs(source: string, path: string): PreparedFile {
  return kindOf(source, { path }) === "module"
    ? { kind: "source", contents: source, loader: "js" }
    : { kind: "commonjs", code: source };
}
