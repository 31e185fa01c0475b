/**
 * What the program does with Deno's own functions for files. `FsFile.readable`
 * and `FsFile.writable` are read and written by Deno itself, unseen: the opening
 * of the file is there.
 *
 * @module
 */
import type { Hook } from "../hook.ts";
import { replaceFunction } from "../replace_function.ts";
import { BYTES_RETURNED, SIZE_OF_DATA, SIZE_OF_RESULT } from "./amounts.ts";
import { type FileCalls, fileCallsOf, type FileOperation } from "./file_calls.ts";
import { observeListing } from "./listing.ts";
import { Object, WeakMap } from "../../runtime/intrinsics.ts";

type Settings = Omit<FileOperation, "name">;

const PATH: Settings = { pathAt: 0 };

/** Each has a twin that ends in `Sync`. */
const FUNCTIONS: Readonly<Record<string, Settings>> = {
  chmod: PATH,
  chown: PATH,
  copyFile: { pathAt: 0, targetAt: 1 },
  link: { pathAt: 0, targetAt: 1 },
  lstat: PATH,
  makeTempDir: {},
  makeTempFile: {},
  mkdir: PATH,
  readFile: { pathAt: 0, amount: SIZE_OF_RESULT },
  readLink: PATH,
  readTextFile: PATH,
  realPath: PATH,
  remove: PATH,
  rename: { pathAt: 0, targetAt: 1 },
  stat: PATH,
  symlink: { pathAt: 1, targetAt: 0 },
  truncate: PATH,
  utime: PATH,
  writeFile: { pathAt: 0, amount: SIZE_OF_DATA },
  writeTextFile: PATH,
};

const OPENERS = ["open", "create"] as const;

/** Of an open file. Each but `close` has a twin that ends in `Sync`. */
const METHODS: Readonly<Record<string, Settings>> = {
  lock: {},
  read: { amount: BYTES_RETURNED },
  stat: {},
  sync: {},
  syncData: {},
  truncate: {},
  unlock: {},
  utime: {},
  write: { amount: BYTES_RETURNED },
};

interface DenoFiles {
  FsFile: { prototype: object };
}

export const denoFiles: Hook = {
  name: "fs",
  runtimes: ["deno"],
  install({ recorder }) {
    const { Deno } = globalThis as unknown as { Deno: DenoFiles };
    const calls = fileCallsOf(recorder);
    const paths = new WeakMap<object, string>();
    replacePairs(calls, Deno, { prefix: "Deno.", functions: FUNCTIONS });
    const onValue = (file: unknown, path: string | undefined) => {
      if (typeof file === "object" && file !== null && path !== undefined) {
        paths.set(file, path);
      }
    };
    const openers = Object.fromEntries(
      OPENERS.map((name) => [name, { pathAt: 0, onValue }]),
    );
    replacePairs(calls, Deno, { prefix: "Deno.", functions: openers });
    const pathOf = (self: unknown) => paths.get(self as object);
    const methods = Object.entries(METHODS).map(([name, settings]) => {
      return [name, { ...settings, pathOf }] as const;
    });
    replacePairs(calls, Deno.FsFile.prototype, {
      prefix: "FsFile.",
      functions: Object.fromEntries(methods),
    });
    replaceFunction(Deno, "readDirSync", (fn) => {
      return calls.ofSync(fn, { name: "Deno.readDirSync", pathAt: 0 });
    });
    replaceFunction(
      Deno,
      "readDir",
      (fn) => observeListing(calls, fn, "Deno.readDir"),
    );
  },
};

/** Functions that return promises, and their twins. */
function replacePairs(
  calls: FileCalls,
  target: object,
  { prefix, functions }: {
    prefix: string;
    functions: Readonly<Record<string, Settings>>;
  },
): void {
  for (const [name, settings] of Object.entries(functions)) {
    const operation = {
      ...settings,
      name: prefix + name,
      isTracedAtCall: true,
    };
    const sync = { ...settings, name: `${prefix}${name}Sync` };
    replaceFunction(target, name, (fn) => calls.ofPromise(fn, operation));
    replaceFunction(target, `${name}Sync`, (fn) => calls.ofSync(fn, sync));
  }
}
