/**
 * What the program does with `node:fs`: its synchronous functions, callbacks and
 * promises, open files and streams.
 *
 * The descriptors 0 to 2 are left out: whether the output of a program goes to a
 * file is not the program's affair. Nor is what Node's own loader of CommonJS
 * reads by way of the same functions.
 *
 * @module
 */
import { ownFs } from "../../runtime/own_fs.ts";
import { builtin, runtimeName } from "../../runtime/self.ts";
import type { Hook } from "../hook.ts";
import { replaceFunction } from "../replace_function.ts";
import { BYTES_RETURNED, SIZE_OF_DATA, SIZE_OF_RESULT } from "./amounts.ts";
import { type AnyFunction, type FileCalls, fileCallsOf, type FileOperation } from "./file_calls.ts";
import { createHandleObserver } from "./file_handles.ts";
import { createStreamObserver, type StreamObserver } from "./file_streams.ts";
import { isStandardDescriptor } from "./path_text.ts";
import { isAskedByLoader, isReadByLoader } from "./node_loader.ts";

/** Functions whose first argument is the path. Each has a twin that ends in `Sync`. */
const PATH_FUNCTIONS = [
  "access",
  "appendFile",
  "chmod",
  "chown",
  "exists",
  "glob",
  "lchmod",
  "lchown",
  "lstat",
  "lutimes",
  "mkdir",
  "mkdtemp",
  "open",
  "opendir",
  "readFile",
  "readdir",
  "readlink",
  "realpath",
  "rm",
  "rmdir",
  "stat",
  "statfs",
  "truncate",
  "unlink",
  "utimes",
  "writeFile",
] as const;

/** From here to there. */
const TWO_PATH_FUNCTIONS = ["copyFile", "cp", "link", "rename"] as const;

/** Functions whose first argument is the number of an open file. */
const DESCRIPTOR_FUNCTIONS = [
  "close",
  "fchmod",
  "fchown",
  "fdatasync",
  "fstat",
  "fsync",
  "ftruncate",
  "futimes",
  "read",
  "readv",
  "write",
  "writev",
] as const;

/** What a call tells of the amount of data, by the name of the function. */
const AMOUNTS: Readonly<Record<string, FileOperation["amount"]>> = {
  read: BYTES_RETURNED,
  readv: BYTES_RETURNED,
  write: BYTES_RETURNED,
  writev: BYTES_RETURNED,
  readFile: SIZE_OF_RESULT,
  writeFile: SIZE_OF_DATA,
};

type Functions = Record<string, AnyFunction>;
type FileSystem = Functions & { promises: Functions };

export const nodeFs: Hook = {
  name: "fs",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, onModule }) {
    const calls = fileCallsOf(recorder);
    let streams: StreamObserver | undefined;
    // Node has loaded it long since, and its loader is to be seen from its first file on.
    if (runtimeName() === "node") streams = observeFunctions(calls);
    onModule(["fs", "fs/promises"], () => {
      streams ??= observeFunctions(calls);
      observePromises(calls, builtin<FileSystem>("node:fs").promises, streams);
      if (runtimeName() === "node") {
        // For modules that a preload before ours has imported.
        builtin<{ syncBuiltinESMExports(): void }>("node:module").syncBuiltinESMExports();
      }
    });
  },
};

function observeFunctions(calls: FileCalls): StreamObserver {
  // Before anything is replaced.
  ownFs();
  const fs = builtin<FileSystem>("node:fs");
  const streams = createStreamObserver(calls, fs);
  for (const [name, settings] of operations(streams)) {
    const sync = { ...settings, name: `fs.${name}Sync`, ...readersOf(name) };
    replaceFunction(fs, `${name}Sync`, (fn) => calls.ofSync(fn, sync));
    replaceFunction(fs, name, (fn) => calls.ofCallback(fn, { ...settings, name: `fs.${name}` }));
  }
  replaceFunction(fs.realpath!, "native", (fn) => {
    return calls.ofCallback(fn, { name: "fs.realpath.native", pathAt: 0 });
  });
  replaceFunction(fs.realpathSync!, "native", (fn) => {
    return calls.ofSync(fn, { name: "fs.realpathSync.native", pathAt: 0 });
  });
  for (const name of ["createReadStream", "createWriteStream"]) {
    replaceFunction(fs, name, (fn) => streams.ofFunction(fn, `fs.${name}`));
  }
  return streams;
}

function observePromises(
  calls: FileCalls,
  promises: Functions,
  streams: StreamObserver,
): void {
  const opened = createHandleObserver(calls, streams);
  for (const [name, settings] of operations(streams)) {
    const operation = {
      ...settings,
      name: `fs.promises.${name}`,
      onValue: name === "open" ? opened : undefined,
    };
    replaceFunction(promises, name, (fn) => calls.ofPromise(fn, operation));
  }
}

/** All functions that there are as callbacks, promises and synchronous. */
function operations(
  streams: StreamObserver,
): [string, Omit<FileOperation, "name">][] {
  const isIgnored: FileOperation["isIgnored"] = (_self, args) => {
    return isStandardDescriptor(args[0]) || streams.isStreaming(args[0]);
  };
  return [
    ...PATH_FUNCTIONS.map((name) => [name, { pathAt: 0, amount: AMOUNTS[name] }] as const),
    ...TWO_PATH_FUNCTIONS.map((name) => [name, { pathAt: 0, targetAt: 1 }] as const),
    ["symlink", { pathAt: 1, targetAt: 0 }] as const,
    ...DESCRIPTOR_FUNCTIONS.map((name) => {
      return [name, { isIgnored, amount: AMOUNTS[name] }] as const;
    }),
  ].map(([name, settings]) => [name, settings]);
}

/** Node: the functions by which modules are read. */
function readersOf(name: string): Partial<FileOperation> {
  if (runtimeName() !== "node") return {};
  if (name === "realpath") return { isIgnored: isAskedByLoader };
  return name === "readFile" ? { isIgnored: isReadByLoader } : {};
}
