import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "../helpers/processes.ts";
import { type RecordedSpan, runRecorded } from "../helpers/recorded_program.ts";

const APPS = join(ROOT, "tests/programs/apps/files");

/** Runs a program with and without the recorder, and compares what it says. */
async function runBoth(
  runtime: "deno" | "bun" | "node",
  file: string,
): Promise<RecordedSpan[]> {
  const program = { file: join(APPS, file) };
  const [plain, recorded] = await Promise.all([
    runRecorded(runtime, program, { plain: true }),
    runRecorded(runtime, program),
  ]);
  assert.equal(plain.stderr, "");
  assert.equal(recorded.stdout, plain.stdout);
  assert.deepEqual([recorded.exitCode, recorded.stderr], [0, ""]);
  return recorded.spans.filter(({ scope }) => scope === "fs");
}

/** Spans as `name`, with their paths' last parts and what else they tell. */
function describe(spans: RecordedSpan[]): string[] {
  return spans.map(({ name, status, attributes }) => {
    const path = String(attributes["file.path"] ?? "").replace(/.*\//, "");
    const target = attributes["file.target_path"];
    const bytes = attributes["file.size"] ?? attributes["file.io.bytes"];
    return [
      name,
      path.startsWith("ferret-files-") ? "" : path,
      target === undefined ? "" : `to ${String(target).replace(/.*\//, "")}`,
      bytes === undefined ? "" : `${bytes} bytes`,
      status === "error" ? String(attributes["error.type"]) : "",
    ].filter((part) => part !== "").join(" ");
  });
}

const NODE_FS = [
  "fs.mkdtempSync",
  "fs.writeFileSync a.txt 11 bytes",
  "fs.existsSync a.txt",
  "fs.existsSync a.txtx",
  "fs.readFileSync a.txt",
  "fs.readFileSync a.txt 11 bytes",
  "fs.promises.readFile a.txt 11 bytes",
  "fs.promises.stat a.txt",
  "fs.readFile a.txt 11 bytes",
  "fs.readFile a.txtx ENOENT",
  "fs.readFile a.txt",
  "fs.openSync a.txt",
  "fs.read 4 bytes",
  "fs.write 1 bytes",
  "fs.closeSync",
  "fs.promises.open a.txt",
  "FileHandle.read a.txt 3 bytes",
  "FileHandle.readFile a.txt",
  "FileHandle.close a.txt",
  "fs.statSync a.txt-no ENOENT",
  "fs.promises.readFile a.txt-no ENOENT",
  "fs.realpathSync.native a.txt",
  "fs.realpathSync a.txt",
  "fs.realpath.native a.txt",
  "fs.existsSync in-a-listener",
  "fs.createReadStream a.txt 11 bytes",
  "fs.statSync w.txt",
  "fs.createWriteStream w.txt 6 bytes",
  "fs.createReadStream a.txt-no 0 bytes ENOENT",
  "fs.promises.open a.txt",
  "FileHandle.createReadStream a.txt 11 bytes",
  "fs.copyFileSync a.txt to a.txt2",
  "fs.renameSync a.txt2 to a.txt3",
  "fs.symlinkSync a.txt-link to a.txt",
  "fs.readdirSync",
  "fs.promises.cp to X",
  "fs.rmSync",
  "fs.rmSync",
];

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`node:fs on ${runtime}: one span for each call of the program's`, async () => {
    const spans = await runBoth(runtime, "node_fs.ts");
    // Called without arguments: not the same error everywhere. `exists` differs, see below.
    const seen = describe(spans).filter((text) => {
      return !text.startsWith("fs.exists ") &&
        !/readFileSync \S*(TypeError|ERR_INVALID)/.test(text);
    }).map((text) => text.replace(/to ferret-files-.*/, "to X"));
    assert.deepEqual(seen.toSorted(), NODE_FS.toSorted());
    // Its own promise version calls `fs.exists` on Node only.
    assert.equal(
      describe(spans).includes("fs.exists a.txt"),
      runtime === "node",
    );
    assert.ok(
      spans.every(({ parentName }) => parentName === undefined || parentName === ""),
    );
  });
}

test("Deno's own functions for files: one span for each call", async () => {
  const spans = await runBoth("deno", "deno_files.ts");
  assert.deepEqual(describe(spans), [
    "Deno.makeTempDir",
    "Deno.writeTextFile a",
    "Deno.readTextFile a",
    "Deno.readTextFileSync a",
    "Deno.readFile a 5 bytes",
    "Deno.stat a",
    "Deno.open a",
    "FsFile.read a 3 bytes",
    "FsFile.readSync a 2 bytes",
    "FsFile.write a 1 bytes",
    "FsFile.stat a",
    "FsFile.statSync a",
    "Deno.openSync a",
    "Deno.mkdir sub",
    "Deno.copyFileSync a to b",
    "Deno.rename b to c",
    "Deno.symlink link to a",
    "Deno.readDir",
    "Deno.readDirSync",
    "Deno.readDir none ENOENT",
    "Deno.readTextFile none ENOENT",
    "Deno.statSync none ENOENT",
    "Deno.remove",
  ]);
});

test("Bun.file and Bun.write: one span for each call", async () => {
  const spans = await runBoth("bun", "bun_files.ts");
  assert.deepEqual(describe(spans), [
    "Bun.write a.json 7 bytes",
    "Bun.write a.json2 7 bytes",
    "Bun.file.text a.json",
    "Bun.file.json a.json",
    "Bun.file.arrayBuffer a.json 7 bytes",
    "Bun.file.bytes a.json 7 bytes",
    "Bun.file.exists a.json",
    "Bun.file.stat a.json",
    "Bun.file.text a.json",
    "Bun.file.stream a.json",
    "Bun.file.writer written",
    "Bun.file.text written",
    "Bun.file.text none ENOENT",
    "Bun.file.exists none",
    "Bun.file.delete a.json2",
    "Bun.file.delete a.json",
    "Bun.file.delete written",
  ]);
});

for (const runtime of ["deno", "bun", "node"] as const) {
  test(`fs on ${runtime}: what the runtime reads to load modules is no span`, async () => {
    const program = `
    import "./imported.mjs";
    import { createRequire } from "node:module";
    import { existsSync } from "node:fs";
    const require = createRequire(import.meta.url);
    console.log(require("./required.cjs"), require("./data.json").a, existsSync("/once"));
    await import("./later.mjs");
    await new Promise((resolve) => setTimeout(resolve, 1));
    `;
    const files = {
      "imported.mjs": `import "./required.cjs"; export default 1;`,
      "required.cjs": `module.exports = require("./deeper.cjs") + 1;`,
      "deeper.cjs": `module.exports = 41;`,
      "data.json": `{ "a": 1 }`,
      "later.mjs": `console.log("later");`,
    };
    const { stdout, spans } = await runRecorded(runtime, program, {
      fileName: "program.mjs",
      files,
    });
    assert.equal(stdout, "42 1 false\nlater\n");
    const names = spans.filter(({ scope }) => scope === "fs").map(({ name }) => name);
    assert.deepEqual(names, ["fs.existsSync"]);
  });

  test(`fs on ${runtime}: errors say where the program made the call`, async () => {
    const program = `
    import fs from "node:fs";
    import { readFile } from "node:fs/promises";
    function load() { return fs.readFileSync("/none").length; }
    try { load(); } catch (error) { console.log(error.stack); }
    async function later() { return (await readFile("/none")).length; }
    await later().catch((error) => console.log(error.stack));
    const { readTextFile } = globalThis.Deno ?? {};
    if (readTextFile) await (async () => await readTextFile("/none"))().catch(({ stack }) => console.log(stack));
    load();
    `;
    const { exitCode, stdout, stderr } = await runRecorded(runtime, program, {
      fileName: "program.mjs",
    });
    assert.equal(exitCode, 1);
    assert.match(stdout, /ENOENT[\s\S]*program\.mjs:4:/);
    assert.match(stderr, /program\.mjs:4:/);
    for (const text of [stdout, stderr]) {
      assert.doesNotMatch(text, /src\/hooks/);
    }
  });

  test(`fs on ${runtime}: a rejection that nobody handles ends the program as before`, async () => {
    const program = `
    import { readFile } from "node:fs/promises";
    setTimeout(() => console.log("still here"), 20_000);
    readFile("/none").catch(() => {}).then(() => readFile("/none/at/all"));
    `;
    const [plain, recorded] = await Promise.all([
      runRecorded(runtime, program, { plain: true }),
      runRecorded(runtime, program),
    ]);
    assert.notEqual(plain.exitCode, 0);
    assert.deepEqual([recorded.exitCode, recorded.stdout], [
      plain.exitCode,
      "",
    ]);
    assert.match(recorded.stderr, /ENOENT/);
  });

  test(`fs, net and timers on ${runtime}: a server is left alone`, async () => {
    const program = `
    import { createServer, get } from "node:http";
    const server = createServer((_request, response) => response.end("hello"));
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address();
    await new Promise((done) => get({ port, host: "127.0.0.1" }, (response) => {
      response.resume().on("end", done);
    }));
    const { Deno, Bun } = globalThis;
    const own = Deno?.serve({ port: 0, onListen() {} }, () => new Response("hello")) ??
      Bun?.serve({ port: 0, fetch: () => new Response("hello") });
    const ownPort = own?.addr?.port ?? own?.port;
    if (ownPort) console.log(await (await fetch("http://127.0.0.1:" + ownPort)).text());
    await new Promise((done) => setTimeout(function end() { done(); }, 1500));
    process.exit(0);
    `;
    const { exitCode, spans } = await runRecorded(runtime, program);
    assert.equal(exitCode, 0);
    const others = spans.filter(({ scope }) => !scope.startsWith("http."));
    assert.deepEqual(others.map(({ name }) => name), [
      "net.connect",
      "setTimeout end",
    ]);
  });
}
