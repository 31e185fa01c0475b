/**
 * What happens to modules on their way into the program: functions are
 * instrumented, and hooks get to see what they wait for.
 *
 * @module
 */
import type { ProgramConfig } from "../model/program_config.ts";
import { createFunctionTracer, FUNCTION_TRACER_GLOBAL } from "../recorder/function_tracer.ts";
import type { Recorder } from "../recorder/recorder.ts";
import { builtin, runtimeName } from "../runtime/self.ts";
import type { BuiltinWatch } from "./builtin_watch.ts";
import { installBunFiles } from "./bun_files.ts";
import { type FunctionFiles, installFunctions } from "./functions/install.ts";
import type { Parsers } from "./functions/parsers.ts";
import { installDenoModuleHooks, installNodeModuleHooks, inTurn } from "./module_hooks.ts";
import { imitate } from "./options.ts";
import type { ModuleSpans } from "./modules/module_spans.ts";
import type { PackageFiles } from "./package_files.ts";
import { replaceFunction } from "./replace_function.ts";
import { Object, Reflect } from "../runtime/intrinsics.ts";

/** What modules are watched for. */
export interface WatchedModules {
  recorder: Recorder;
  builtins: BuiltinWatch;
  packages: PackageFiles;
  /** The spans of modules, if they are recorded. */
  modules: ModuleSpans | undefined;
  /** Needed on Deno, for functions. */
  parsers: Parsers | undefined;
}

/** Begins to watch. To be called when all hooks are installed. */
export function watchModules(config: ProgramConfig, watched: WatchedModules): void {
  const { builtins, packages, modules } = watched;
  const isWanted = config.functions.enabled || modules !== undefined || !builtins.isEmpty ||
    !packages.isEmpty;
  // The runtimes load modules a little differently once there are hooks.
  if (!isWanted) return;
  const functions = config.functions.enabled ? functionFiles(config, watched) : {};
  const { process } = globalThis as unknown as { process: object };
  watchCalls(process, "getBuiltinModule", builtins);
  if (runtimeName() === "bun") {
    installBunFiles(functions.bun, { packages, modules });
    // Nobody tells us when: now.
    if (functions.bun === undefined) builtins.loadAll();
    // Nobody else tells what CommonJS files of packages load.
    else watchCalls(builtin<{ prototype: object }>("node:module").prototype, "require", builtins);
    return;
  }
  const options = {
    onBuiltin(name: string): boolean {
      builtins.load(name);
      return builtins.isObserved(name);
    },
    onResolved: modules?.resolved.bind(modules),
    loadFile: [functions.load, packages.load, modules?.load].reduce(inTurn),
  };
  if (runtimeName() === "deno") installDenoModuleHooks(options);
  else if (canHookModules()) installNodeModuleHooks(options);
  else builtins.loadAll();
}

function functionFiles(config: ProgramConfig, watched: WatchedModules): FunctionFiles {
  const tracer = createFunctionTracer(watched.recorder);
  Object.defineProperty(globalThis, FUNCTION_TRACER_GLOBAL, { value: tracer });
  return installFunctions(config.functions, {
    tracer,
    parsers: watched.parsers,
    onImports: (source) => watched.builtins.loadFor(source),
  });
}

/** Watches a function that gives the module that its first argument names. */
function watchCalls(target: object, name: string, builtins: BuiltinWatch): void {
  replaceFunction(target, name, (fn) => {
    return imitate(function (this: unknown, module: unknown): unknown {
      if (typeof module === "string") builtins.load(module.replace(/^node:/, ""));
      return Reflect.apply(fn, this, arguments);
    }, fn);
  });
}

/** Node has module hooks that run in the thread of the program since 22.15. */
function canHookModules(): boolean {
  return "registerHooks" in builtin<object>("node:module");
}
