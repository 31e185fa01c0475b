/**
 * Maps a file into memory, shared with every other process that maps it.
 *
 * The file must already have memory behind every byte that will be touched: a
 * sparse file on a full disk kills the process that touches it with SIGBUS.
 *
 * @module
 */
import { firstLibrary, MAP_FAILED, mapWithLibc } from "./libc.ts";
import { builtin, runtimeName } from "./self.ts";

interface Koffi {
  load(name: string): { func(declaration: string): (...args: unknown[]) => unknown };
  address(pointer: unknown): bigint;
  view(pointer: unknown, bytes: number): ArrayBuffer;
}

/**
 * Maps the first `bytes` bytes of `path` for reading and writing.
 *
 * @throws {Error} when the file cannot be opened or this runtime cannot map
 * (Deno without the ffi permission, Node without the optional package koffi).
 */
export function mapFile(path: string, bytes: number): Uint8Array {
  switch (runtimeName()) {
    case "deno":
      return mapWithLibc(path, bytes);
    case "bun": {
      const bun = (globalThis as unknown as {
        Bun: { mmap(path: string, options: { shared: boolean }): Uint8Array };
      }).Bun;
      const mapped = bun.mmap(path, { shared: true });
      if (mapped.byteLength < bytes) {
        throw new Error(`Cannot map "${path}": it has ${mapped.byteLength} of ${bytes} bytes`);
      }
      return mapped.subarray(0, bytes);
    }
    case "node":
      return mapWithKoffi(path, bytes);
  }
}

function mapWithKoffi(path: string, bytes: number): Uint8Array {
  const { createRequire } = builtin<{ createRequire(from: string): (name: string) => unknown }>(
    "node:module",
  );
  const koffi = createRequire(import.meta.url)("koffi") as Koffi;
  const { platform } = builtin<{ platform: string }>("node:process");
  const library = firstLibrary(platform, (name) => koffi.load(name));
  const open = library.func("int open(const char*, int, int)");
  const close = library.func("int close(int)");
  const mmap = library.func("void* mmap(void*, size_t, int, int, int, int64_t)");
  const fd = open(path, 2, 0) as number;
  if (fd < 0) throw new Error(`Cannot map "${path}": open failed`);
  const pointer = mmap(null, bytes, 3, 1, fd, 0);
  close(fd);
  if (pointer === null || koffi.address(pointer) === MAP_FAILED) {
    throw new Error(`Cannot map "${path}": mmap failed`);
  }
  return new Uint8Array(koffi.view(pointer, bytes));
}
