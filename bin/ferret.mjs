#!/usr/bin/env node
/**
 * The `ferret` program: runs ferret on the runtime that runs this file, except
 * that Node hands over to a Bun or Deno that is installed, if there is one.
 *
 * Plain JavaScript that any Node can read, so that an old one gets a sentence
 * and not a syntax error. In the repository the same file runs the TypeScript
 * sources.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, realpathSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

const OLDEST_NODE = [22, 12];

/** Node runs the repository's TypeScript from here on. */
const OLDEST_NODE_FOR_TYPESCRIPT = [24, 0];

const FORWARDED_SIGNALS = process.platform === "win32"
  ? ["SIGINT", "SIGHUP"]
  : ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"];

/** The folder's own .env and bunfig.toml are for the program, not for ferret. */
const BUN_ARGUMENTS = process.platform === "win32"
  ? ["--no-env-file"]
  : ["--no-env-file", "--config=/dev/null"];
const RUNTIME_ARGUMENTS = {
  bun: BUN_ARGUMENTS,
  deno: ["run", "--allow-all", "--no-check"],
};

const program = realpathSync(fileURLToPath(import.meta.url));
const folder = dirname(program);
const source = join(folder, "..", "cli", "main.ts");
const isBuilt = !existsSync(source);
const main = isBuilt ? join(folder, "..", "dist", "cli", "main.js") : source;

if (process.versions.bun !== undefined || process.versions.deno !== undefined) {
  await runHere();
} else {
  const other = findRuntime();
  if (other !== undefined) handOver(other.path, [...other.args, program, ...process.argv.slice(2)]);
  else if (isNewEnough()) await runHere();
  else refuse();
}

async function runHere() {
  const { main: run } = await import(pathToFileURL(main).href);
  process.exitCode = await run(process.argv.slice(2));
}

/** A Bun or Deno beside this package, else one on PATH. */
function findRuntime() {
  const folders = [...binFolders(), ...(process.env.PATH ?? "").split(delimiter)];
  for (const place of folders) {
    if (place === "") continue;
    for (const [name, args] of Object.entries(RUNTIME_ARGUMENTS)) {
      const path = join(place, process.platform === "win32" ? `${name}.exe` : name);
      if (isExecutable(path)) return { path, args };
    }
  }
  return undefined;
}

/** node_modules/.bin of each folder above, nearest first. */
function binFolders() {
  const folders = [];
  for (let at = folder; at !== dirname(at); at = dirname(at)) {
    folders.push(join(at, "node_modules", ".bin"));
  }
  return folders;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Becomes the other runtime, or stands in for it so that nobody can tell. */
function handOver(path, args) {
  // Windows has no execve, and Node before 22.15 does not offer it.
  if (typeof process.execve === "function" && process.platform !== "win32") {
    process.execve(path, [path, ...args], process.env);
  }
  const child = spawn(path, args, { stdio: "inherit" });
  // A terminal's Ctrl-C reaches the child twice then; ferret takes the second for the first.
  for (const signal of FORWARDED_SIGNALS) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(`ferret: cannot start ${path}: ${error.message}`);
    process.exitCode = 70;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 70);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function isNewEnough() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = isBuilt ? OLDEST_NODE : OLDEST_NODE_FOR_TYPESCRIPT;
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

function refuse() {
  const oldest = (isBuilt ? OLDEST_NODE : OLDEST_NODE_FOR_TYPESCRIPT).join(".");
  console.error(
    `ferret: Node ${process.versions.node} is too old, and neither bun nor deno was found: ` +
      `install one of them, or Node ${oldest} or newer`,
  );
  process.exitCode = 70;
}
