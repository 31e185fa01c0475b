/**
 * Processes that are started through node:child_process.
 *
 * Everything asynchronous there (`spawn`, `exec`, `execFile`, `fork`, and
 * node:cluster) goes through `spawn` of `ChildProcess.prototype`, on all three
 * runtimes; what is synchronous is a function of its own.
 *
 * @module
 */
import type { Span } from "../../recorder/span.ts";
import { ownFs } from "../../runtime/own_fs.ts";
import { builtin, runtimeName } from "../../runtime/self.ts";
import type { Environment } from "../children.ts";
import type { HookContext } from "../hook.ts";
import { imitate } from "../options.ts";
import { ProcessSpans } from "./process_spans.ts";
import { Array, Object, Reflect } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- as node:child_process has them
type AnyFunction = (this: any, ...args: any[]) => any;

interface ChildProcess {
  pid?: number;
  stdio: unknown[];
  spawnargs: string[];
  emit: AnyFunction;
}

interface SpawnOptions {
  file: string;
  /** The first is the name of the program. */
  args?: string[];
  envPairs?: string[];
  env?: Environment | null;
  stdio?: unknown;
}

/** Set for workers of node:cluster. */
const CLUSTER_VARIABLE = "NODE_UNIQUE_ID";

/** Where a process has the pipe to ferret. */
const PIPE_FD = 3;

interface ChildProcessModule {
  ChildProcess: { prototype: { spawn: AnyFunction } };
  spawnSync: AnyFunction;
  execSync: AnyFunction;
  execFileSync: AnyFunction;
}

/** Observes node:child_process once the program loads it. */
export function observeChildProcess(context: HookContext): void {
  context.onModule(["child_process", "cluster"], () => {
    const module = builtin<ChildProcessModule>("node:child_process");
    const spans = new ProcessSpans(context.recorder, context.config);
    const { prototype } = module.ChildProcess;
    prototype.spawn = observedSpawn(
      prototype.spawn,
      spans,
      pipeFinder(context.config.join?.pipeInode),
    );
    for (const name of ["spawnSync", "execFileSync", "execSync"] as const) {
      module[name] = observedSync(module[name], spans);
    }
    if (runtimeName() === "node") {
      builtin<{ syncBuiltinESMExports(): void }>("node:module")
        .syncBuiltinESMExports();
    }
  });
}

function observedSpawn(
  spawn: AnyFunction,
  spans: ProcessSpans,
  pipe: () => boolean,
): AnyFunction {
  return imitate(function (this: ChildProcess, options: SpawnOptions): unknown {
    if (typeof options?.file !== "string") {
      return Reflect.apply(spawn, this, arguments);
    }
    const span = spans.begin(options.file);
    const [first, ...args] = options.args ?? [];
    const changed = spans.argumentsWithMapping(options.file, args);
    if (changed !== undefined) options.args = [first!, ...changed];
    addVariables(
      options,
      (own) => spans.variables(span, own, changed !== undefined),
    );
    const hasPipe = addPipe(options, pipe);
    const result = spans.start(
      span,
      () => Reflect.apply(spawn, this, arguments),
    );
    if (hasPipe) this.stdio.length = PIPE_FD;
    if (changed !== undefined) this.spawnargs = [first!, ...args];
    spans.setPid(span, this.pid);
    // Before the program's own listeners, and without being one.
    observeEnd(this, span, spans);
    return result;
  }, spawn);
}

/**
 * Tells whether this process has the pipe and can hand it on, so that a Deno
 * process that npm starts has it too. Only Node can.
 */
function pipeFinder(inode: number | undefined): () => boolean {
  let hasPipe: boolean | undefined;
  return () =>
    hasPipe ??= inode !== undefined && runtimeName() === "node" &&
      isPipe(inode);
}

function isPipe(inode: number): boolean {
  try {
    return ownFs().fstatSync(PIPE_FD).ino === inode;
  } catch {
    return false;
  }
}

/** Hands the pipe on, unless the program gives descriptor 3 itself. @returns Whether it does. */
function addPipe(options: SpawnOptions, pipe: () => boolean): boolean {
  const { stdio = "pipe" } = options;
  const own = Array.isArray(stdio) ? stdio : [stdio, stdio, stdio];
  if (
    own.length > PIPE_FD ||
    typeof stdio !== "string" && !Array.isArray(stdio) || !pipe()
  ) {
    return false;
  }
  options.stdio = [
    ...Array.from({ length: PIPE_FD }, (_, fd) => own[fd] ?? "pipe"),
    PIPE_FD,
  ];
  options.envPairs?.push(`DENO_EXTRA_STDIO_FDS=${PIPE_FD}`);
  return true;
}

function observeEnd(
  child: ChildProcess,
  span: Span,
  spans: ProcessSpans,
): void {
  const { emit } = child;
  Object.defineProperty(child, "emit", {
    value: imitate(
      function (this: unknown, event: unknown, ...values: unknown[]) {
        if (event === "exit") {
          spans.end(span, {
            exitCode: values[0] as number,
            signal: values[1] as string,
          });
        } else if (event === "error") {
          spans.fail(span, values[0]);
        }
        return Reflect.apply(emit, this, arguments);
      },
      emit,
    ),
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

/** Node and Deno have made pairs of the environment by now; Bun keeps it under a symbol. */
function addVariables(
  options: SpawnOptions,
  variables: (own: Environment | undefined) => Record<string, string>,
): void {
  const { envPairs, env } = options;
  const symbol = Object.getOwnPropertySymbols(options).find(({ description }) =>
    description === "bunEnv"
  );
  if (symbol !== undefined) {
    const holder = options as unknown as Record<
      symbol,
      Environment | undefined
    >;
    const own = holder[symbol] ?? processEnvironment();
    holder[symbol] = { ...own, ...variables(own) };
    return;
  }
  const own = Array.isArray(envPairs) ? environmentOf(envPairs) : { ...processEnvironment() };
  // A worker of node:cluster on Deno 2.9 hangs with any preload: it stays out of the recording.
  if (runtimeName() === "deno" && CLUSTER_VARIABLE in own) return;
  const all = { ...own, ...variables(own) };
  options.envPairs = Object.keys(all).map((name) => `${name}=${all[name]}`);
  // Deno goes by this one.
  if (env !== undefined && env !== null) options.env = { ...env, ...all };
}

function environmentOf(pairs: string[]): Environment {
  const environment: Environment = {};
  for (const pair of pairs) {
    // Windows has names that begin with "=".
    const equals = pair.indexOf("=", 1);
    environment[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return environment;
}

function processEnvironment(): Environment {
  return builtin<{ env: Environment }>("node:process").env;
}

function observedSync(original: AnyFunction, spans: ProcessSpans): AnyFunction {
  return imitate(function (this: unknown, ...args: unknown[]): unknown {
    const [command] = args;
    if (typeof command !== "string") return Reflect.apply(original, this, args);
    const isShell = original.name === "execSync";
    const span = spans.begin(isShell ? "sh" : command);
    try {
      const result = spans.start(
        span,
        () => Reflect.apply(original, this, withVariables(args, spans, span)),
      );
      const { status, signal, pid } = (original.name === "spawnSync" ? result : {}) as {
        status?: number;
        signal?: string;
        pid?: number;
      };
      spans.setPid(span, pid);
      spans.end(span, { exitCode: status, signal });
      return result;
    } catch (error) {
      spans.fail(span, error);
      throw error;
    }
  }, original);
}

/** The arguments with the variables in their options, wherever these are. */
function withVariables(
  args: unknown[],
  spans: ProcessSpans,
  span: Span,
): unknown[] {
  const at = args.findIndex((arg, index) => index > 0 && !Array.isArray(arg));
  const options = at < 0 ? undefined : args[at];
  // What is no object is an error of the program's, to be found by the runtime.
  const isGiven = options !== undefined && options !== null;
  if (isGiven && typeof options !== "object") return args;
  const own = (options as { env?: Environment } | undefined)?.env ??
    processEnvironment();
  const changed = {
    ...options as object,
    env: { ...own, ...spans.variables(span, own) },
  };
  if (at < 0) return [...args, changed];
  return args.map((arg, index) => index === at ? changed : arg);
}
