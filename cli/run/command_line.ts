/**
 * `ferret run -- <command>`: recognises the command lines of the runtimes and
 * puts the preload where it belongs.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { RuntimeName } from "../../src/model/program_config.ts";
import { UsageError } from "../errors.ts";
import type { CommandTarget } from "./arguments.ts";
import { chooseRuntime, foldersUpwards } from "./choose_runtime.ts";
import { planDenoServe } from "./deno_serve.ts";
import { findOnPath, findRuntime } from "./find_executable.ts";
import { isRemote, type LaunchPlan, planBun, planDeno, planStarter } from "./launch.ts";
import { planNode, requireNode, requireThisNode } from "./node_launch.ts";
import { scanFlags } from "./scan_flags.ts";

/** Plans a command. @throws {UsageError} when there is no such program. */
export function planCommand(target: CommandTarget, cwd: string): LaunchPlan {
  const { command, args } = target;
  const runtime = runtimeNamed(command);
  const isBareName = !/[/\\]/.test(command);
  if (runtime === "node" && isNodeProgram(args)) {
    const own = isBareName ? undefined : findOnPath(command, cwd);
    const node = own === undefined ? requireNode(cwd) : requireThisNode(own);
    return planNode(node, args, { script: nodeScript(args) });
  }
  const executable = runtime !== undefined && isBareName
    ? findRuntime(runtime, cwd)
    : findOnPath(command, cwd);
  if (executable === undefined) {
    throw new UsageError(`Cannot run "${command}": no such program on the PATH`);
  }
  const plan = runtime === "deno"
    ? planDenoCommand(executable, args, cwd)
    : runtime === "bun"
    ? planBunCommand(executable, args, cwd)
    : undefined;
  if (plan !== undefined) return plan;
  return planStarter({
    runtime: runtimeBehind(command) ?? chooseRuntime("script", cwd),
    executable,
    args,
  });
}

/** What the usual tools run on and start. */
function runtimeBehind(command: string): RuntimeName | undefined {
  const name = basename(command).replace(/\.(exe|cmd)$/i, "");
  if (name === "deno" || name === "bun") return name;
  if (name === "bunx") return "bun";
  return ["node", "npm", "npx", "pnpm", "yarn", "corepack"].includes(name) ? "node" : undefined;
}

function runtimeNamed(command: string): RuntimeName | undefined {
  const name = basename(command).replace(/\.exe$/i, "");
  return name === "deno" || name === "bun" || name === "node" ? name : undefined;
}

/** Flags with which Node runs no program of the user's, or one that is no JavaScript. */
const NODE_FLAGS_WITHOUT_PROGRAM = ["check", "help", "run", "v8-options", "version"];

function isNodeProgram(args: string[]): boolean {
  const { flags, scriptAt } = scanFlags("node", args);
  return args[scriptAt] !== "inspect" &&
    !flags.some(({ name }) => NODE_FLAGS_WITHOUT_PROGRAM.includes(name));
}

/** The main module, unless the program is a text or what `--test` finds. */
function nodeScript(args: string[]): string | undefined {
  const { flags, scriptAt } = scanFlags("node", args);
  const isNone = flags.some(({ name }) => name === "eval" || name === "print" || name === "test");
  return isNone ? undefined : args[scriptAt];
}

function planDenoCommand(executable: string, args: string[], cwd: string): LaunchPlan | undefined {
  const at = scanFlags("deno", args).scriptAt;
  const word = args[at];
  if (word === undefined) return undefined;
  const before = args.slice(0, at);
  const after = args.slice(at + 1);
  if (word === "serve") return planDenoServe(executable, [...before, ...after]);
  if (word === "run" || word === "test" || word === "bench") {
    const rest = [...before, ...after];
    const { flags, scriptAt } = scanFlags("deno", rest);
    // `deno run <task>` starts other programs, as `deno task` does.
    if (word === "run" && !isScript(rest[scriptAt], cwd)) return undefined;
    const script = word === "run" ? rest[scriptAt] : undefined;
    return planDeno({ executable, subcommand: word, script, flags, rest });
  }
  if (!isScript(word, cwd)) return undefined;
  const { flags } = scanFlags("deno", args);
  return planDeno({ executable, subcommand: "run", script: word, flags, rest: args });
}

function planBunCommand(executable: string, args: string[], cwd: string): LaunchPlan | undefined {
  const at = scanFlags("bun", args).scriptAt;
  const word = args[at];
  if (word === "test") {
    const plan = planBun({ executable, flags: [], script: "-", args: [] });
    const argumentsWith = (preload: string) => {
      return [...args.slice(0, at), "test", `--preload=${preload}`, ...args.slice(at + 1)];
    };
    return { ...plan, script: undefined, execArgv: [], argumentsWith };
  }
  const words = word === "run" ? [...args.slice(0, at), ...args.slice(at + 1)] : args;
  const { flags, scriptAt } = scanFlags("bun", words);
  const script = words[scriptAt];
  if (!isScript(script, cwd) || (word === "run" && isPackageScript(script!, cwd))) return undefined;
  return planBun({ executable, flags, script: script!, args: words.slice(scriptAt + 1) });
}

function isScript(word: string | undefined, cwd: string): boolean {
  if (word === undefined) return false;
  if (word === "-" || isRemote(word) || word.startsWith("file:")) return true;
  // A folder called "test" or "task" is no script.
  return /[./\\]/.test(word) && existsSync(resolve(cwd, word));
}

/** Whether `bun run <name>` means a script of package.json. */
function isPackageScript(name: string, cwd: string): boolean {
  if (/^[./]/.test(name)) return false;
  for (const folder of foldersUpwards(cwd)) {
    const path = join(folder, "package.json");
    if (!existsSync(path)) continue;
    try {
      const { scripts } = JSON.parse(readFileSync(path, "utf8")) as { scripts?: object };
      return scripts !== undefined && Object.hasOwn(scripts, name);
    } catch {
      return false;
    }
  }
  return false;
}
