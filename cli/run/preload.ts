/**
 * The module that runs in the program before its first line. It is written for
 * each run, with the settings in it: a Deno program may read no file and no
 * environment variable, but it may import this.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { ProgramConfig } from "../../src/model/program_config.ts";
import { preloadVariables } from "../../src/hooks/children.ts";
import { joinScript } from "./join_script.ts";
import type { ServeAddress } from "./launch.ts";
import { NODE_MARK } from "./node_launch.ts";
import { ownModule } from "./own_modules.ts";

/** What goes into a preload. */
export interface PreloadOptions {
  config: ProgramConfig;
  /** Bun: the flags that the program is to see in `process.execArgv`. */
  execArgv: readonly string[];
  /** Deno: the address of `deno serve`. */
  serve?: ServeAddress | undefined;
}

/** What was written. */
export interface Preloads {
  /** What the program's main thread loads first. */
  mainPath: string;
  /** What makes a process that is started without it load the recorder. */
  environment: Record<string, string>;
}

/** Where the preloads of a run lie. */
export function preloadPaths(folder: string) {
  return {
    mainPath: join(folder, "preload.mjs"),
    nodePath: join(folder, "preload.cjs"),
    modulePath: join(folder, "join.mjs"),
    scriptPath: join(folder, "join.cjs"),
    limitedScriptPath: join(folder, "join_limited.cjs"),
    workerPath: join(folder, "worker.mjs"),
  };
}

/** Writes the preloads into the private folder of the run. */
export async function writePreloads(
  folder: string,
  options: PreloadOptions,
): Promise<Preloads> {
  const { execArgv, serve } = options;
  const paths = preloadPaths(folder);
  const config = await withJoining(options.config, paths);
  const isNode = config.runtime === "node";
  const mainPath = isNode ? paths.nodePath : paths.mainPath;
  write(mainPath, isNode ? nodeSource(config) : mainSource({ config, execArgv, serve }));
  const environment = config.join === undefined
    ? {}
    : preloadVariables(config.join, config.join.environment);
  return { mainPath, environment };
}

/** Writes what others load to join the run. Without room for it nobody joins: they must start. */
async function withJoining(
  config: ProgramConfig,
  paths: ReturnType<typeof preloadPaths>,
): Promise<ProgramConfig> {
  if (config.join === undefined) return config;
  const common = { ...commonConfig(config), revokeFfi: false };
  try {
    const script = await joinScript();
    write(paths.scriptPath, joinScriptSource(common, script));
    write(paths.limitedScriptPath, joinScriptSource({ ...common, revokeFfi: true }, script));
    write(paths.modulePath, joinSource(common));
    write(paths.workerPath, workerSource(common));
    return config;
  } catch {
    // What there is room for is needed for the program's own preload.
    const { scriptPath, limitedScriptPath, modulePath, workerPath } = paths;
    for (const path of [scriptPath, limitedScriptPath, modulePath, workerPath]) {
      rmSync(path, { force: true });
    }
    const { join: _, ...alone } = config;
    return alone;
  }
}

function write(path: string, source: string | Uint8Array): void {
  writeFileSync(path, source, { mode: 0o600, flag: "wx" });
}

/** What threads have in common: everything but the main thread's ring. */
function commonConfig(config: ProgramConfig): ProgramConfig {
  const { ringPath: _path, ringBytes: _bytes, ...common } = config;
  return common;
}

const THREAD_START = ownModule("src/hooks/thread_start");

/** URL of a file in a package that ferret depends on. */
function packageFile(name: string, file: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return pathToFileURL(join(dirname(manifest), file)).href;
}

function sourceMapCodec(): string {
  return packageFile("@jridgewell/sourcemap-codec", "dist/sourcemap-codec.mjs");
}

function mainSource(options: PreloadOptions): string {
  const { config, execArgv, serve } = options;
  const lines = [
    // A recorder that cannot be loaded costs the recording and not the program.
    "try {",
    // Literal names, so that Deno needs no permission to read them.
    ...mainLines(config).map((line) => `  ${line}`),
    "} catch {",
    config.revokeFfi ? '  Deno.permissions.revokeSync({ name: "ffi" });' : "  // Not recorded.",
    "}",
  ];
  // Deno leaves this global behind when the first node: module is loaded at run time (2.9).
  if (config.runtime === "deno") lines.push("delete globalThis.nodeBootstrap;");
  if (config.runtime === "bun") {
    // Children that inherit these flags must not write to the program's ring.
    const flags = execArgv.map((flag) => `, ${JSON.stringify(flag)}`).join("");
    lines.push(`process.execArgv.splice(0, process.execArgv.length${flags});`);
  }
  if (serve !== undefined) {
    lines.unshift(
      `import { setAutoServeAddress } from ${JSON.stringify(ownModule("src/hooks/auto_serve"))};`,
      `setAutoServeAddress(${JSON.stringify(serve)});`,
    );
  }
  return lines.join("\n") + "\n";
}

/**
 * Node is given it by `--require`: with `--import` it would load the program's
 * main module in another way, with other microtasks around it. It loads it in
 * workers too, and in the processes that `--watch` and `--test` start.
 */
function nodeSource(config: ProgramConfig): string {
  const start = fileURLToPath(THREAD_START);
  return [
    "const known = new Set(Object.keys(require.cache).filter((path) => path !== __filename));",
    "try {",
    `  const { startMain, joinRun } = require(${JSON.stringify(start)});`,
    `  const isFirst = process.env.${NODE_MARK} !== undefined;`,
    `  delete process.env.${NODE_MARK};`,
    `  (isFirst ? startMain : joinRun)(${JSON.stringify(config)});`,
    "} catch {",
    "  // Not recorded.",
    "}",
    "if (process.execArgv[0] === `--require=${__filename}`) process.execArgv.shift();",
    "for (const path of Object.keys(require.cache)) {",
    "  if (!known.has(path)) delete require.cache[path];",
    "}",
    "",
  ].join("\n");
}

/** For processes of Deno and Node, which read the same variable. */
function joinScriptSource(config: ProgramConfig, denoScript: Uint8Array): Uint8Array {
  const head = `if ("Deno" in globalThis) {\nconst FERRET_CONFIG = ${JSON.stringify(config)};\n`;
  const tail = `\ndelete require.cache[__filename];\n} else {\n${nodeJoinSource(config)}}\n`;
  // The script stays bytes: turning half a megabyte into text and back takes milliseconds.
  return Buffer.concat([Buffer.from(head), denoScript, Buffer.from(tail)]);
}

/** For Node processes: as for the main thread, by `require`. */
function nodeJoinSource(config: ProgramConfig): string {
  return [
    "try {",
    `  require(${JSON.stringify(fileURLToPath(THREAD_START))}).joinRun(${JSON.stringify(config)});`,
    "} catch {",
    "  // Not recorded.",
    "}",
    "for (const path of Object.keys(require.cache)) delete require.cache[path];",
    "",
  ].join("\n");
}

/** For processes and workers of Bun. */
function joinSource(config: ProgramConfig): string {
  return [
    "try {",
    `  const { joinRun } = await import(${JSON.stringify(THREAD_START)});`,
    `  joinRun(${JSON.stringify(config)});`,
    "} catch {",
    "  // Not recorded.",
    "}",
    "const flag = process.execArgv.findIndex((word) => word.endsWith(import.meta.path));",
    "if (flag >= 0) process.execArgv.splice(flag, 1);",
    "",
  ].join("\n");
}

function workerSource(config: ProgramConfig): string {
  return [
    `import { joinAsWorker as join } from ${JSON.stringify(THREAD_START)};`,
    `import * as acorn from ${JSON.stringify(packageFile("acorn", "dist/acorn.mjs"))};`,
    `import * as codec from ${JSON.stringify(sourceMapCodec())};`,
    `export const joinAsWorker = (data) => join(${
      JSON.stringify(config)
    }, data, { acorn, codec });`,
    "",
  ].join("\n");
}

function mainLines(config: ProgramConfig): string[] {
  const settings = JSON.stringify(config);
  const lines = [`const { startMain } = await import(${JSON.stringify(THREAD_START)});`];
  if (config.runtime === "bun" || !config.functions.enabled) {
    return [...lines, `startMain(${settings});`];
  }
  return [
    ...lines,
    `const acorn = await import(${JSON.stringify(packageFile("acorn", "dist/acorn.mjs"))});`,
    `const codec = await import(${JSON.stringify(sourceMapCodec())});`,
    `startMain(${settings}, { acorn, codec });`,
  ];
}
