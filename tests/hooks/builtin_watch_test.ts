import assert from "node:assert/strict";
import { test } from "node:test";
import { BuiltinWatch } from "../../src/hooks/builtin_watch.ts";

/** A watch on which several hooks wait, and what they have done. */
function watched(): { watch: BuiltinWatch; installed: string[] } {
  const watch = new BuiltinWatch();
  const installed: string[] = [];
  watch.on(["fs", "fs/promises"], () => installed.push("files"));
  watch.on(["net", "tls"], () => installed.push("sockets"));
  watch.on(["child_process"], () => installed.push("processes"));
  return { watch, installed };
}

test("BuiltinWatch.load() installs what waits for a module, once", () => {
  const { watch, installed } = watched();
  for (const name of ["path", "fs/promises", "fs", "fs"]) watch.load(name);
  assert.deepEqual(installed, ["files"]);
});

test("BuiltinWatch.load() installs once what loads the module itself", () => {
  const { watch, installed } = watched();
  watch.on(["http"], () => watch.load("http"));
  watch.on(["http"], () => installed.push("http"));
  watch.load("http");
  assert.deepEqual(installed, ["http"]);
});

test("BuiltinWatch.load() goes on when one of them throws", () => {
  const { watch, installed } = watched();
  watch.on(["http"], () => {
    throw new Error("cannot be installed");
  });
  watch.on(["http"], () => installed.push("http"));
  watch.load("http");
  assert.deepEqual(installed, ["http"]);
});

test("BuiltinWatch.loadFor() leaves modules that take long to those who name them", () => {
  for (const quoted of ['"net"', "'node:net'", "`net`"]) {
    const { watch, installed } = watched();
    watch.loadFor(`import internet from "internet"; import netmask from "netmask";`);
    assert.deepEqual(installed, ["files", "processes"]);
    watch.loadFor(`const net = require(${quoted});`);
    assert.deepEqual(installed, ["files", "processes", "sockets"]);
  }
});

test("BuiltinWatch.loadFor() installs what a file without packages names, and nothing else", () => {
  const { watch, installed } = watched();
  watch.loadFor(`import { join } from "node:path"; const os = require("os");`);
  assert.deepEqual(installed, []);
  watch.loadFor(`import { readFileSync } from "node:fs";`);
  assert.deepEqual(installed, ["files"]);
});

test("BuiltinWatch.isObserved() says of a module whether anything may wait for it", () => {
  const { watch } = watched();
  watch.loadAll();
  assert.deepEqual(["tls", "path"].map((name) => watch.isObserved(name)), [true, false]);
});
