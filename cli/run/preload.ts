/**
 * The module that runs in the program before its first line. It is written for
 * each run, with the settings in it: a Deno program may read no file and no
 * environment variable, but it may import this.
 *
 * @module
 */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { ProgramConfig } from "../../src/model/program_config.ts";
import type { ServeAddress } from "./launch.ts";
import { ownModule } from "./own_modules.ts";

/** What goes into a preload. */
export interface PreloadOptions {
  config: ProgramConfig;
  /** Bun: the flags that the program is to see in `process.execArgv`. */
  execArgv: readonly string[];
  /** Deno: the address of `deno serve`. */
  serve?: ServeAddress | undefined;
}

/** Writes the preload into the private folder of the run. @returns Its path. */
export function writePreload(folder: string, options: PreloadOptions): string {
  const path = join(folder, "preload.mjs");
  writeFileSync(path, preloadSource(options), { mode: 0o600, flag: "wx" });
  return path;
}

/** URL of a file in a package that ferret depends on. */
function packageFile(name: string, file: string): string {
  const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return pathToFileURL(join(dirname(manifest), file)).href;
}

function sourceMapCodec(): string {
  return packageFile("@jridgewell/sourcemap-codec", "dist/sourcemap-codec.mjs");
}

function preloadSource(options: PreloadOptions): string {
  const { config, execArgv, serve } = options;
  const lines = [
    // A recorder that cannot be loaded costs the recording and not the program.
    "try {",
    // Literal names, so that Deno needs no permission to read them.
    `  const { start } = await import(${JSON.stringify(ownModule("src/hooks/start"))});`,
    ...startLines(config).map((line) => `  ${line}`),
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

function startLines(config: ProgramConfig): string[] {
  const settings = JSON.stringify(config);
  if (config.runtime !== "deno" || !config.functions.enabled) return [`start(${settings});`];
  return [
    `const acorn = await import(${JSON.stringify(packageFile("acorn", "dist/acorn.mjs"))});`,
    `const codec = await import(${JSON.stringify(sourceMapCodec())});`,
    `start(${settings}, { acorn, codec });`,
  ];
}
