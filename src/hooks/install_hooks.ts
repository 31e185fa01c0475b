/**
 * Installs the hooks that are wanted and reports into the ring what became of
 * each, for the report to tell.
 *
 * @module
 */
import type { HookState } from "../model/hook_state.ts";
import type { Recorder } from "../recorder/recorder.ts";
import { runtimeName } from "../runtime/self.ts";
import { type Hook, type HookContext, HookUnavailable } from "./hook.ts";
import { Map, String } from "../runtime/intrinsics.ts";

/** Installs `hooks`. What goes wrong with one is its own state, and nothing else. */
export function installHooks(hooks: readonly Hook[], context: HookContext): void {
  const { recorder, config } = context;
  /** By name: what people know as one hook may be several here. */
  const statuses = new Map<string, HookStatus>();
  for (const hook of hooks) {
    const status = statuses.get(hook.name) ?? new HookStatus(recorder, hook.name);
    statuses.set(hook.name, status);
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
  const later = <A extends unknown[], R>(
    fn: (...args: A) => R,
    isDone: (result: R) => boolean = () => true,
  ): (...args: A) => R => {
    isWaiting = true;
    return status.reporting(fn, isDone);
  };
  try {
    hook.install({
      ...context,
      onModule: (names, install) => context.onModule(names, later(install)),
      patchSource: ({ file, apply }) =>
        context.patchSource({ file, apply: later(apply, (changed) => changed !== undefined) }),
      onPackage: ({ file, patch }) => context.onPackage({ file, patch: later(patch) }),
    });
    status.report(isWaiting ? "waiting" : "active");
  } catch (error) {
    status.fail(error);
  }
}

/** A state is only followed by one that says more: a failure stays, whatever else works. */
const ORDER: readonly HookState[] = ["off", "unavailable", "waiting", "active", "failed"];

/** What is known of the hooks of one name. */
class HookStatus {
  readonly #recorder: Recorder;
  readonly #name: string;
  #rank = -1;

  constructor(recorder: Recorder, name: string) {
    this.#recorder = recorder;
    this.#name = name;
  }

  report(state: HookState, reason?: string): void {
    const rank = ORDER.indexOf(state);
    if (rank <= this.#rank) return;
    this.#rank = rank;
    this.#recorder.reportHook(this.#name, state, reason);
  }

  fail(error: unknown): void {
    if (error instanceof HookUnavailable) this.report("unavailable", error.message);
    else this.report("failed", messageOf(error));
  }

  /** The same function; that it did what it is for, or threw, is reported. */
  reporting<A extends unknown[], R>(
    fn: (...args: A) => R,
    isDone: (result: R) => boolean,
  ): (...args: A) => R {
    return (...args) => {
      try {
        const result = fn(...args);
        if (isDone(result)) this.report("active");
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
