/**
 * Changes to the source of packages that offer no other way to learn something
 * of them. A patch adds to a line and never a line, so that stack traces stay
 * right; a version whose source it does not know is left as it is.
 *
 * @module
 */
import { builtin, runtimeName } from "../runtime/self.ts";
import type { LoadFile } from "./module_hooks.ts";

/** A change to one file of a package. */
export interface SourcePatch {
  /** Matches the absolute path of the file. */
  file: RegExp;
  /** Returns the changed source, or undefined to leave it. */
  apply(source: string): string | undefined;
}

interface BunGlobal {
  plugin(options: {
    name: string;
    setup(build: {
      onLoad(
        constraints: { filter: RegExp },
        load: (args: { path: string }) => { contents: string; loader: "js" },
      ): void;
    }): void;
  }): void;
}

/** Bun cannot load CommonJS files through a plugin. */
const COMMON_JS_FILE = /\/cjs\/|\.cjs$|\/koa-router\//;

export class SourcePatches {
  readonly #patches: SourcePatch[] = [];

  add(patch: SourcePatch): void {
    this.#patches.push(patch);
    if (runtimeName() === "bun") installInBun(patch);
  }

  /** For the module hooks of Deno and Node. */
  readonly load: LoadFile = (path, { isRequired, read }) => {
    const patch = this.#patches.find(({ file }) => file.test(path));
    const source = patch === undefined ? undefined : read();
    const changed = source === undefined ? undefined : patch!.apply(source);
    if (changed === undefined) return undefined;
    return { format: isRequired ? "commonjs" : "module", source: changed, shortCircuit: true };
  };
}

function installInBun({ file, apply }: SourcePatch): void {
  const { Bun } = globalThis as unknown as { Bun: BunGlobal };
  Bun.plugin({
    name: "ferret-routes",
    setup(build) {
      // A plugin must deliver what its filter caught, so it may catch no CommonJS.
      const filter = new RegExp(`^(?!.*(?:${COMMON_JS_FILE.source})).*(?:${file.source})`);
      build.onLoad({ filter }, ({ path }) => {
        const fs = builtin<{ readFileSync(path: string, encoding: "utf8"): string }>("node:fs");
        const source = fs.readFileSync(path, "utf8");
        return { contents: apply(source) ?? source, loader: "js" };
      });
    },
  });
}
