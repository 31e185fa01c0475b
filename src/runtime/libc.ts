/**
 * The few functions of the C library that ferret calls through Deno's and
 * Bun's foreign function interfaces: opening and mapping a file, and the clock.
 *
 * Linux with glibc is what is tested. The names for musl and macOS come from
 * their documentation.
 *
 * @module
 */
import { builtin, runtimeName } from "./self.ts";

/**
 * What `mmap` returns when it fails, as a pointer of 64 bits: -1 and not null.
 * Reading from there would end the program.
 */
export const MAP_FAILED: bigint = 2n ** 64n - 1n;

/** `CLOCK_MONOTONIC` differs between the systems; `CLOCK_REALTIME` is 0 on all. */
export const CLOCK_REALTIME = 0;

/** Linux's numbers for setting the property of {@linkcode keepNonBlocking}. */
const F_SETFL = 4;
const O_NONBLOCK = 0o4000;

/** The C library as ferret uses it. */
export interface Libc {
  /** Reads a clock into `time` (see {@linkcode timeWords}); 0 on success. */
  clockGettime: (clock: number) => number;
  /** seconds (low, high), nanoseconds: what `clockGettime` wrote last. */
  timeWords: Uint32Array;
  clockMonotonic: number;
}

interface DenoFfi {
  dlopen(
    path: string,
    symbols: unknown,
  ): { symbols: Record<string, (...args: unknown[]) => unknown> };
  UnsafePointer: { of(view: ArrayBufferView): unknown; value(pointer: unknown): bigint };
  UnsafePointerView: { getArrayBuffer(pointer: unknown, bytes: number): ArrayBuffer };
  permissions: { querySync(descriptor: { name: string }): { state: string } };
  build: { os: string };
}

interface BunFfi {
  dlopen(
    path: string,
    symbols: unknown,
  ): { symbols: Record<string, (...args: unknown[]) => number> };
  ptr(view: ArrayBufferView): number;
}

const DENO_SYMBOLS = {
  open: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  mmap: { parameters: ["pointer", "usize", "i32", "i32", "i32", "i64"], result: "pointer" },
  close: { parameters: ["i32"], result: "i32" },
  clock_gettime: { parameters: ["i32", "pointer"], result: "i32" },
};

/** File names of the C library, by how likely they are. */
export function libcNames(os: string): string[] {
  if (os === "darwin") return ["/usr/lib/libSystem.B.dylib"];
  return ["libc.so.6", "libc.musl-x86_64.so.1", "libc.musl-aarch64.so.1"];
}

/** `CLOCK_MONOTONIC` of a system. */
export function monotonicClockId(os: string): number {
  return os === "darwin" ? 6 : 1;
}

/** Opens the C library by the first name that works. */
export function firstLibrary<T>(os: string, open: (name: string) => T): T {
  let failure: unknown;
  for (const name of libcNames(os)) {
    try {
      return open(name);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

let denoLibrary: ReturnType<DenoFfi["dlopen"]> | undefined;

/**
 * Deno: lets go of the C library. To be called when the permission is given
 * back: who has the functions needs it no more to call them, and a program can
 * import this module as well as ferret.
 */
export function forgetLibc(): void {
  denoLibrary = undefined;
}

/** Deno: the C library. @throws when the ffi permission is missing. */
function openDeno(): { deno: DenoFfi; symbols: Record<string, (...args: unknown[]) => unknown> } {
  const deno = (globalThis as unknown as { Deno: DenoFfi }).Deno;
  // Asking for what is not granted would show a prompt, or change what the program sees.
  if (deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
    throw new Error("Cannot open the C library: the ffi permission is not granted");
  }
  denoLibrary ??= firstLibrary(deno.build.os, (name) => deno.dlopen(name, DENO_SYMBOLS));
  return { deno, symbols: denoLibrary.symbols };
}

/** The clock of the C library, or undefined where it cannot be called cheaply. */
export function openLibcClock(): Libc | undefined {
  const time = new BigInt64Array(new ArrayBuffer(16));
  const timeWords = new Uint32Array(time.buffer);
  try {
    if (runtimeName() === "deno") {
      const { deno, symbols } = openDeno();
      const at = deno.UnsafePointer.of(time);
      const { clock_gettime: clockGettime } = symbols as {
        clock_gettime: (clock: number, at: unknown) => number;
      };
      const clockMonotonic = monotonicClockId(deno.build.os);
      return { timeWords, clockMonotonic, clockGettime: (clock) => clockGettime(clock, at) };
    }
    if (runtimeName() === "bun") {
      const ffi = bunFfi();
      const os = builtin<{ platform(): string }>("node:os").platform();
      const library = firstLibrary(
        os,
        (name) => ffi.dlopen(name, { clock_gettime: { args: ["i32", "ptr"], returns: "i32" } }),
      );
      const at = ffi.ptr(time);
      const clockGettime = library.symbols["clock_gettime"]!;
      const clockMonotonic = monotonicClockId(os);
      return { timeWords, clockMonotonic, clockGettime: (clock) => clockGettime(clock, at) };
    }
  } catch {
    // No permission or no such library: the caller has another clock.
  }
  return undefined;
}

/** Deno: maps a file by way of the C library; neither read nor write permission is needed. */
export function mapWithLibc(path: string, bytes: number): Uint8Array {
  const { deno, symbols } = openDeno();
  const fd = symbols["open"]!(new TextEncoder().encode(path + "\0"), 2, 0) as number;
  if (fd < 0) throw new Error(`Cannot map "${path}": open failed`);
  const pointer = symbols["mmap"]!(null, BigInt(bytes), 3, 1, fd, 0n);
  symbols["close"]!(fd);
  if (pointer === null || BigInt(deno.UnsafePointer.value(pointer)) === MAP_FAILED) {
    throw new Error(`Cannot map "${path}": mmap failed`);
  }
  return new Uint8Array(deno.UnsafePointerView.getArrayBuffer(pointer, bytes));
}

/**
 * Has writes to an open file fail instead of block, in every process that shares
 * it. Deno takes this property from what it hands to a child, so it is given
 * again; the other runtimes leave it. Linux only.
 */
export function keepNonBlocking(fd: number): void {
  if (runtimeName() !== "deno") return;
  try {
    const { deno } = openDeno();
    if (deno.build.os !== "linux") return;
    const symbols = { fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" } };
    const { fcntl } = firstLibrary("linux", (name) => deno.dlopen(name, symbols)).symbols;
    fcntl!(fd, F_SETFL, O_NONBLOCK);
  } catch {
    // Without the permission a program waits for a ferret that is suspended.
  }
}

function bunFfi(): BunFfi {
  return (import.meta as unknown as { require(name: string): unknown }).require(
    "bun:ffi",
  ) as BunFfi;
}
