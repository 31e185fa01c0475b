/** Mapping a file: what is written there is in the file, and a failure is an error and no crash. */
import { strict as assert } from "node:assert";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { libcNames, monotonicClockId } from "../../src/runtime/libc.ts";
import { mapFile } from "../../src/runtime/map_file.ts";
import { withFolder } from "../helpers/processes.ts";

test("mapFile() maps a file so that writes are in it", () =>
  withFolder({}, (folder) => {
    const path = join(folder, "memory");
    writeFileSync(path, new Uint8Array(8192));
    const memory = mapFile(path, 8192);
    assert.equal(memory.length, 8192);
    memory[8191] = 7;
    assert.equal(readFileSync(path)[8191], 7);
    return Promise.resolve();
  }));

test("mapFile() throws when a file cannot be opened", () => {
  assert.throws(() => mapFile(join(process.cwd(), "no such file"), 4096), Error);
});

test("mapFile() throws when mmap fails", () => {
  // A device without memory: it can be opened, and not be mapped.
  assert.throws(() => mapFile("/dev/null", 4096), Error);
});

test("libcNames() and monotonicClockId() know Linux with glibc and musl, and macOS", () => {
  assert.deepEqual(libcNames("linux"), [
    "libc.so.6",
    "libc.musl-x86_64.so.1",
    "libc.musl-aarch64.so.1",
  ]);
  assert.equal(monotonicClockId("linux"), 1);
  assert.deepEqual(libcNames("darwin"), ["/usr/lib/libSystem.B.dylib"]);
  assert.equal(monotonicClockId("darwin"), 6);
});
