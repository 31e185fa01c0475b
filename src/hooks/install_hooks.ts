/**
 * Installs the hooks that are wanted and reports into the ring what became of
 * each: the report's footer and `ferret doctor` tell it on.
 *
 * @module
 */
import type { HookState } from "../model/hook_state.ts";
import type { Recorder } from "../recorder/recorder.ts";
import { runtimeName } from "../runtime/self.ts";
import { type Hook, type HookContext, HookUnavailable } from "./hook.ts";

/** Installs `hooks`. What goes wrong with one is its own state, and nothing else. */
export function installHooks(hooks: readonly Hook[], context: HookContext): void {
  const { recorder, config } = context;
  for (const hook of hooks) {
    const status = new HookStatus(recorder, hook.name);
    const isWanted = config.hooks.length === 0 || config.hooks.includes(hook.name);
    if (!isWanted || config.noHooks.includes(hook.name)) {
      status.report("off");
    } else if (!hook.runtimes.includes(runtimeName())) {
      status.report("unavailable", `only on ${hook.runtimes.join(" and ")}`);
    } else {
      install(hook, context, status);
    }
  }
}

function install(hook: Hook, context: HookContext, status: HookStatus): void {
  let isWaiting = false;
  const later = <A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R => {
    isWaiting = true;
    return status.reporting(fn);
  };
  try {
    hook.install({
      ...context,
      onModule: (names, install) => context.onModule(names, later(install)),
      patchSource: ({ file, apply }) => context.patchSource({ file, apply: later(apply) }),
    });
    if (!isWaiting) status.report("active");
    else if (status.state === undefined) status.report("waiting");
  } catch (error) {
    status.fail(error);
  }
}

/** What is known of one hook. */
class HookStatus {
  readonly #recorder: Recorder;
  readonly #name: string;
  state: HookState | undefined;

  constructor(recorder: Recorder, name: string) {
    this.#recorder = recorder;
    this.#name = name;
  }

  /** A failure stays: part of the hook is missing, whatever else works. */
  report(state: HookState, reason?: string): void {
    if (this.state === state || this.state === "failed") return;
    this.state = state;
    this.#recorder.reportHook(this.#name, state, reason);
  }

  fail(error: unknown): void {
    if (error instanceof HookUnavailable) this.report("unavailable", error.message);
    else this.report("failed", messageOf(error));
  }

  /** The same function; that it ran, or threw, is reported. */
  reporting<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
    return (...args) => {
      try {
        const result = fn(...args);
        this.report("active");
        return result;
      } catch (error) {
        this.fail(error);
        throw error;
      }
    };
  }
}

function messageOf(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return "an error that cannot be read";
  }
}
