/** Which files a command may be, on systems that differ. */
import { strict as assert } from "node:assert";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { executableNames, findOnPath, runtimeFile } from "../../cli/run/find_executable.ts";
import { withFolder } from "../helpers/processes.ts";

test("executableNames() is the name itself where files are executable or not", () => {
  assert.deepEqual(executableNames("npm", "linux"), ["npm"]);
  assert.deepEqual(executableNames("npm", "darwin", ".EXE"), ["npm"]);
});

test("executableNames() adds the extensions of Windows to names without one", () => {
  assert.deepEqual(executableNames("npm", "win32"), ["npm.COM", "npm.EXE", "npm.BAT", "npm.CMD"]);
  assert.deepEqual(executableNames("npm", "win32", ".EXE;;.CMD"), ["npm.EXE", "npm.CMD"]);
  assert.deepEqual(executableNames("npm.cmd", "win32", ".EXE;.CMD"), ["npm.cmd"]);
  assert.deepEqual(executableNames("app.js", "win32", ".EXE"), ["app.js.EXE"]);
});

test("runtimeFile() is a program and never a script of npm's", () => {
  assert.equal(runtimeFile("deno", "win32"), "deno.exe");
  assert.equal(runtimeFile("deno", "linux"), "deno");
});

test("findOnPath() finds a path that can be executed, and nothing else", () =>
  withFolder({ "tool": "", "text": "" }, (folder) => {
    chmodSync(join(folder, "tool"), 0o700);
    assert.equal(findOnPath("./tool", folder), join(folder, "tool"));
    assert.equal(findOnPath("./text", folder), undefined);
    assert.equal(findOnPath("./none", folder), undefined);
    return Promise.resolve();
  }));
