/**
 * Files that pass for rings of ferret's: whoever finishes a run opens none but
 * those that this user alone can have put where they are.
 *
 * @module
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { ringSizes } from "../../src/ring/layout.ts";
import { createRingFile } from "../../src/ring/ring_file.ts";
import { createPrivateFolder } from "../../src/runtime/private_folder.ts";
import { findRings } from "../../src/writer/waiting_rings.ts";
import { withRingFolder } from "../helpers/own_ring_folder.ts";

/** Nobody: the user that owns nothing. */
const NOBODY = 65_534;

/** Calls `use` with a ring as ferret makes it. */
function withRing(use: (path: string, elsewhere: string) => void): Promise<void> {
  return withRingFolder((parent) => {
    const path = join(createPrivateFolder(parent), "ring-0");
    createRingFile(path, {
      sizes: ringSizes(2 ** 20),
      identity: { process: 0, thread: 0, consumerPid: 1, consumerStart: 1 },
    });
    const elsewhere = join(parent, "elsewhere");
    mkdirSync(elsewhere);
    use(path, elsewhere);
    return Promise.resolve();
  });
}

test("findRings() takes a ring as ferret made it", () =>
  withRing((path) => {
    const { rings } = findRings([{ path }], undefined);
    assert.equal(rings[0]!.source.kind, "file");
  }));

const CHANGES: Record<string, (path: string, elsewhere: string) => void> = {
  "that others may read": (path) => chmodSync(path, 0o644),
  "that others may write": (path) => chmodSync(path, 0o622),
  "in a folder that others may look into": (path) => chmodSync(dirname(path), 0o755),
  "that has another name": (path, elsewhere) => linkSync(path, join(elsewhere, "other")),
  "that is a symbolic link": (path, elsewhere) => {
    renameSync(path, join(elsewhere, "ring-0"));
    symlinkSync(join(elsewhere, "ring-0"), path);
  },
  "that is a pipe": (path) => {
    rmSync(path);
    execFileSync("mkfifo", ["-m", "600", path]);
  },
  "that is a folder": (path) => {
    rmSync(path);
    mkdirSync(path, { mode: 0o600 });
  },
  // Another user's, where this one may make such a file.
  "of another user": (path) =>
    process.getuid?.() === 0 ? chownSync(path, NOBODY, NOBODY) : chmodSync(path, 0o660),
  "in a folder of another user": (path) =>
    process.getuid?.() === 0
      ? chownSync(dirname(path), NOBODY, NOBODY)
      : chmodSync(dirname(path), 0o770),
};

for (const [what, change] of Object.entries(CHANGES)) {
  test(`findRings() refuses a ring ${what}`, () =>
    withRing((path, elsewhere) => {
      change(path, elsewhere);
      assert.throws(() => findRings([{ path }], undefined), /not a file of this user's alone/);
    }));
}

test("findRings() refuses a ring in a folder that is not one of ferret's", () =>
  withRing((path, elsewhere) => {
    const copy = join(elsewhere, "ring-0");
    copyFileSync(path, copy);
    chmodSync(copy, 0o600);
    chmodSync(elsewhere, 0o700);
    assert.throws(() => findRings([{ path: copy }], undefined), /not a file of this user's alone/);
  }));
