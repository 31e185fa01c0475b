/**
 * From what the user asked for to the command line that is started: which
 * executable, where the preload goes, how records leave the program.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import process from "node:process";
import type { RuntimeName, Transport } from "../../src/model/program_config.ts";
import { UsageError } from "../errors.ts";
import type { ScriptTarget } from "./arguments.ts";
import { checkArguments, isCheckFlag } from "./deno_check.ts";
import { decideFfi } from "./deno_permissions.ts";
import { findOnPath, findRuntime } from "./find_executable.ts";
import { installedProgram, parsePackage } from "./package_program.ts";
import { planNode, requireNode } from "./node_launch.ts";
import type { RuntimeFlag } from "./runtime_flags.ts";

/** Bun and Node find "app" as one of these; Deno takes names as they are. */
const GUESSED_EXTENSIONS: Readonly<Record<RuntimeName, readonly string[]>> = {
  deno: [],
  bun: [".tsx", ".ts", ".jsx", ".js", ".mjs", ".cjs", ".mts", ".cts"],
  node: [".js", ".json", ".node"],
};

/** The address of a `deno serve`. */
export interface ServeAddress {
  hostname: string;
  port: number;
}

/** A program that ferret knows how to record. */
export interface LaunchPlan {
  runtime: RuntimeName;
  executable: string;
  /** The main module, where it is known. */
  script: string | undefined;
  /** Whether the command is a program of the runtime; else it is to start some. */
  hasMain: boolean;
  /** `both`: what the command starts may be able to map files, or not. */
  transport: Transport | "both";
  /** Deno: the ffi permission was added by ferret and is given back. */
  revokesFfi: boolean;
  /** Deno: the preload runs in several threads at once. */
  isShared?: boolean;
  /** Variables that the program is started with; the preload hides them again. */
  environment: Record<string, string>;
  /** Flags that `process.execArgv` would hold without ferret; only Bun shows them. */
  execArgv: string[];
  /** Deno: where the default export of the main module is served. */
  serve?: ServeAddress;
  /** Arguments of a command that has to succeed first: the type check. */
  checkArguments: string[] | undefined;
  /** Sentences for the user. */
  notes: string[];
  /** The whole command line with the preload in its place. */
  argumentsWith(preloadPath: string): string[];
}

/** Plans `ferret run <script>`. @throws {UsageError} */
export function planScript(target: ScriptTarget, cwd: string): LaunchPlan {
  if (target.script.startsWith("npm:")) return planPackage(target, cwd);
  const { runtime, script, args } = target;
  requireScript(target, cwd);
  if (runtime === "node") {
    return planNode(requireNode(cwd), [...target.flagArguments, script, ...args], { script });
  }
  const executable = requireRuntime(runtime, cwd);
  if (runtime === "bun") return planBun({ executable, flags: target.flags, script, args });
  return planDeno({
    executable,
    subcommand: "run",
    script,
    flags: target.flags,
    rest: [...target.flagArguments, script, ...args],
  });
}

/** Plans a Deno program: `rest` is all that follows the subcommand. */
export function planDeno(
  options: {
    executable: string;
    subcommand: string;
    script: string | undefined;
    flags: RuntimeFlag[];
    rest: string[];
  },
): LaunchPlan {
  const { executable, subcommand, script, flags, rest } = options;
  const ffi = decideFfi(flags, process.env);
  const check = subcommand === "run" ? checkArguments(flags, script) : undefined;
  const checkAt = check === undefined ? -1 : rest.findIndex(isCheckFlag);
  const words = rest.filter((_, index) => index !== checkAt);
  return {
    runtime: "deno",
    executable,
    script,
    hasMain: true,
    transport: ffi.transport,
    revokesFfi: ffi.revokes,
    // Each file of tests in an isolate of its own, some at the same time.
    isShared: subcommand === "test" && rest.includes("--parallel"),
    environment: {},
    execArgv: [],
    checkArguments: check,
    notes: [],
    // Before the user's own preloads, so that these are recorded too.
    argumentsWith: (path) => [subcommand, `--preload=${path}`, ...ffi.flags, ...words],
  };
}

/** Plans a Bun program. */
export function planBun(
  options: { executable: string; flags: RuntimeFlag[]; script: string; args: string[] },
): LaunchPlan {
  const { executable, flags, script, args } = options;
  // Without the word `run`: with it, a preload in bunfig.toml takes the place
  // of ours. Then a value of its own could pass for a subcommand, and so could
  // the script.
  const joined = flags.map(({ name, value }) =>
    `--${name}${value === undefined ? "" : `=${value}`}`
  );
  const path = /^[./]|^-$|^[A-Za-z]:/.test(script) ? script : `./${script}`;
  return {
    runtime: "bun",
    executable,
    script,
    hasMain: true,
    transport: "mapped",
    revokesFfi: false,
    environment: {},
    execArgv: joined,
    checkArguments: undefined,
    notes: [],
    argumentsWith: (preload) => [`--preload=${preload}`, ...joined, path, ...args],
  };
}

/** The executable of a runtime. @throws {UsageError} when it is not installed. */
export function requireRuntime(runtime: RuntimeName, cwd: string): string {
  const executable = findRuntime(runtime, cwd);
  if (executable !== undefined) return executable;
  throw new UsageError(
    `Cannot run under ${runtime}: no "${runtime}" in node_modules/.bin or on the PATH`,
    `npm install -D ${runtime} installs it for this project`,
  );
}

/** Whether a script is loaded by URL and not from a file. */
export function isRemote(script: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(script) && !script.startsWith("file:");
}

/** Plans `ferret run npm:<package>`: what is installed, else what the runtime would fetch. */
function planPackage(target: ScriptTarget, cwd: string): LaunchPlan {
  const wanted = parsePackage(target.script);
  const installed = installedProgram(wanted, cwd);
  if (installed !== undefined) return planScript({ ...target, script: installed }, cwd);
  const { runtime, flagArguments, script, flags, args } = target;
  if (runtime === "deno") {
    const rest = [...flagArguments, script, ...args];
    const executable = requireRuntime("deno", cwd);
    return planDeno({ executable, subcommand: "run", script, flags, rest });
  }
  if (flagArguments.length > 0) {
    throw new UsageError(
      `Cannot use "${flagArguments[0]}" with "${script}": the package is not installed here`,
      `${runtime === "bun" ? "bun add" : "npm install"} ${wanted.name} installs it`,
    );
  }
  const executable = runtime === "bun" ? requireRuntime("bun", cwd) : findOnPath("npx", cwd);
  if (executable === undefined) {
    throw new UsageError(`Cannot run "${script}": it is not installed, and there is no npx`);
  }
  const words = runtime === "bun" ? ["x"] : ["--yes"];
  const version = wanted.version === undefined ? "" : `@${wanted.version}`;
  const name = `${wanted.name}${version}`;
  const program = wanted.program === undefined ? [name] : ["--package", name, wanted.program];
  return planStarter({ runtime, executable, args: [...words, ...program, ...args] });
}

/** Plans a command that is no program of a runtime: what is recorded are those that it starts. */
export function planStarter(
  command: { runtime: RuntimeName; executable: string; args: string[] },
): LaunchPlan {
  const { runtime, executable, args } = command;
  if (process.platform === "win32" && /\.(cmd|bat)$/i.test(executable)) {
    throw new UsageError(
      `Cannot run "${executable}": it is a script for the shell of Windows`,
      "ferret run -- node <file> and ferret run <file> run the program that it starts",
    );
  }
  return {
    runtime,
    executable,
    script: undefined,
    hasMain: false,
    transport: "both",
    revokesFfi: false,
    environment: {},
    execArgv: [],
    checkArguments: undefined,
    notes: [],
    argumentsWith: () => args,
  };
}

function requireScript({ runtime, script }: ScriptTarget, cwd: string): void {
  if (script === "-" || isRemote(script)) return;
  const path = script.startsWith("file:") ? new URL(script) : resolve(cwd, script);
  const extensions = typeof path === "string" ? GUESSED_EXTENSIONS[runtime] : [];
  const isThere = existsSync(path) || extensions.some((extension) => existsSync(path + extension));
  if (isThere) return;
  throw new UsageError(
    `Cannot run "${script}": no such file`,
    "A task or a package script is run with ferret run -- deno task <name>, or -- bun run <name>",
  );
}
