import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type LocalRegistry, startRegistry } from "../helpers/local_registry.ts";
import {
  installFerret,
  type Manifest,
  type PackageManager,
  packCheckout,
  readManifest,
} from "../helpers/packed.ts";
import { type ProcessResult, ROOT, runProcess } from "../helpers/processes.ts";

const PROGRAM = `
function add(a, b) { return a + b; }
export async function main() {
  let sum = 0;
  for (let i = 0; i < 150; i++) sum = add(sum, i);
  await new Promise((resolve) => setTimeout(resolve, 1));
  console.log("sum", sum);
}
await main();
`;

const LIBRARY_PROGRAM = `
import process from "node:process";
import { Profiler, profiler } from "ferret";
const p = new Profiler({ out: process.argv[2] });
const sum = await p.span("load", async (span) => {
  span.setAttribute("table", "users");
  return profiler.span("nobody records this", () => 42);
});
await p.close();
console.log("sum", sum);
`;

const TYPED_PROGRAM = `
import { type ActiveSpan, Profiler } from "ferret";
const p: Profiler = new Profiler({ out: "x.duckdb" });
export const length: number = p.span("a", (span: ActiveSpan) => span.isRecording ? "ab" : "a").length;
// @ts-expect-error: the name is missing
p.span(() => 1);
`;

let folder: string;
let tarball: string;
let manifest: Manifest;
let registry: LocalRegistry;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ferret-package-"));
  tarball = await packCheckout(folder);
  manifest = readManifest();
  const { devDependencies: _tools, scripts: _scripts, ...published } = manifest;
  registry = await startRegistry(tarball, published, await upstreamUrl());
});

after(async () => {
  registry?.close();
  await rm(folder, { recursive: true, force: true });
});

async function upstreamUrl(): Promise<string> {
  return (await runProcess(["npm", "config", "get", "registry"])).stdout.trim();
}

describe("the tarball", () => {
  it("holds the built package and no sources", async () => {
    const { stdout } = await runProcess(["tar", "tzf", tarball]);
    const paths = stdout.trim().split("\n").map((path) => path.replace("package/", ""));
    const folders = new Set(paths.map((path) => path.split("/")[0]));
    assert.deepEqual([...folders].sort(), [
      "CHANGELOG.md",
      "LICENSE",
      "README.md",
      "bin",
      "dist",
      "ferret.schema.json",
      "man",
      "package.json",
    ]);
    assert.ok(paths.includes("dist/mod.d.ts"));
    assert.ok(paths.includes("dist/mod.js.map"));
    assert.deepEqual(paths.filter((path) => /(?<!\.d)\.ts$/.test(path)), []);
  });
});

for (const manager of ["npm", "deno", "bun"] satisfies PackageManager[]) {
  describe(`ferret installed with ${manager}`, () => {
    let project: string;
    let ferret: string;

    before(async () => {
      project = join(folder, manager);
      await installFerret(manager, project, registry.url);
      ferret = join(project, "node_modules", ".bin", "ferret");
      writeFileSync(join(project, "program.mjs"), PROGRAM);
      writeFileSync(join(project, "library.mjs"), LIBRARY_PROGRAM);
    });

    for (const runtime of ["deno", "bun", "node"]) {
      it(`runs on ${runtime}`, async () => {
        const result = await runOn(runtime, [ferret, "--version"], project);
        assert.equal(result.stdout.trim(), manifest.version, result.stderr);
        assert.equal(result.exitCode, 0);
      });

      it(`is imported on ${runtime}`, async () => {
        const out = `${runtime}-library.duckdb`;
        const result = await runOn(runtime, ["library.mjs", out], project);
        assert.equal(result.stdout, "sum 42\n", result.stderr);
        assert.deepEqual([result.exitCode, result.stderr], [0, ""]);
        const names = await reportedNames(ferret, out, project);
        assert.deepEqual(names, ["load"]);
      });
    }

    for (const runtime of ["deno", "bun"]) {
      it(`records a program on ${runtime}`, async () => {
        const out = `${runtime}.duckdb`;
        const command = [ferret, "run", "--runtime", runtime, "-o", out, "program.mjs"];
        const result = await runOn(runtime, command, project);
        assert.equal(result.stdout, "sum 11175\n", result.stderr);
        assert.equal(result.exitCode, 0);
        const names = await reportedNames(ferret, out, project);
        assert.ok(names.includes("add") && names.includes("main"), names.join(", "));
        const page = await runOn(runtime, [ferret, "report", out, "--html", "page.html"], project);
        assert.equal(page.exitCode, 0, page.stderr);
        assert.match(readFileSync(join(project, "page.html"), "utf8"), /DecompressionStream/);
      });
    }
  });
}

describe("the ferret program", () => {
  const bin = () => join(folder, "npm", "node_modules", ".bin", "ferret");

  it("says what to install when Node is too old and alone", async () => {
    const { exitCode, stdout, stderr } = await runProcess([writeOldNode(), bin(), "--version"], {
      env: { PATH: join(folder, "nothing") },
    });
    assert.deepEqual([exitCode, stdout], [70, ""]);
    assert.match(stderr, /^ferret: Node 20\.0\.0 is too old.+\n$/);
  });

  for (const other of ["deno", "bun"]) {
    it(`is run by ${other} when an old Node starts it`, async () => {
      const cwd = join(folder, "npm");
      const out = `by-${other}.duckdb`;
      const { exitCode, stdout, stderr } = await runProcess(
        [writeOldNode(), bin(), "run", "-o", out, "program.mjs"],
        { cwd, env: { PATH: [onlyRuntime(other), "/usr/bin", "/bin"].join(delimiter) } },
      );
      assert.equal(stdout, "sum 11175\n", stderr);
      assert.equal(exitCode, 0);
      // A program without a project runs on what ferret runs on.
      const { run } = await readReport(bin(), out, cwd);
      assert.match(run.runtime, new RegExp(`^${other} `));
    });
  }

  it("passes on the exit code and the signal", async () => {
    const cwd = join(folder, "npm");
    writeFileSync(join(cwd, "exits.mjs"), "process.exit(7);\n");
    writeFileSync(join(cwd, "dies.mjs"), 'process.kill(process.pid, "SIGKILL");\n');
    const env = { PATH: [onlyRuntime("bun"), "/usr/bin", "/bin"].join(delimiter) };
    const exits = await runProcess([writeOldNode(), bin(), "run", "exits.mjs"], { cwd, env });
    assert.equal(exits.exitCode, 7, exits.stderr);
    const dies = await runProcess([writeOldNode(), bin(), "run", "dies.mjs"], { cwd, env });
    assert.equal(dies.exitCode, 137, dies.stderr);
  });
});

describe("the type declarations", () => {
  it("need no types of a runtime", async () => {
    const project = join(folder, "npm");
    writeFileSync(join(project, "typed.ts"), TYPED_PROGRAM);
    const { exitCode, stdout } = await runProcess([
      join(ROOT, "node_modules", ".bin", "tsc"),
      ...["--noEmit", "--strict", "--module", "nodenext", "--target", "esnext"],
      ...["--types", "", "--lib", "esnext"],
      "typed.ts",
    ], { cwd: project });
    assert.deepEqual([exitCode, stdout], [0, ""]);
  });
});

/** Runs a script on a runtime that finds no other runtime. */
async function runOn(runtime: string, args: string[], cwd: string): Promise<ProcessResult> {
  const alone = onlyRuntime(runtime);
  const flags = runtime === "deno" ? ["run", "--allow-all"] : [];
  return await runProcess([join(alone, runtime), ...flags, ...args], {
    cwd,
    env: { PATH: [alone, "/usr/bin", "/bin"].join(delimiter) },
  });
}

/** A folder for PATH in which one runtime is. */
function onlyRuntime(runtime: string): string {
  const alone = join(folder, `only-${runtime}`);
  if (!existsSync(alone)) {
    mkdirSync(alone);
    symlinkSync(join(ROOT, "node_modules", ".bin", runtime), join(alone, runtime));
  }
  return alone;
}

/** A Node that says it is an old one. */
function writeOldNode(): string {
  const path = join(folder, "old-node");
  if (existsSync(path)) return path;
  const node = realpathSync(join(ROOT, "node_modules", ".bin", "node"));
  writeFileSync(
    `${path}.cjs`,
    'Object.defineProperty(process, "versions", { value: { node: "20.0.0" } });' +
      "process.execve = undefined;\n",
  );
  writeFileSync(path, `#!/bin/sh\nexec "${node}" --require "${path}.cjs" "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

interface Report {
  run: { runtime: string };
  spans: { name: string }[];
}

async function readReport(ferret: string, recording: string, cwd: string): Promise<Report> {
  const command = [ferret, "report", recording, "--format", "json"];
  const { stdout, stderr } = await runOn("bun", command, cwd);
  assert.notEqual(stdout, "", stderr);
  return JSON.parse(stdout) as Report;
}

async function reportedNames(ferret: string, recording: string, cwd: string): Promise<string[]> {
  return (await readReport(ferret, recording, cwd)).spans.map(({ name }) => name);
}
