/**
 * Processes that a Deno program starts with `Deno.Command`.
 *
 * @module
 */
import type { HookContext } from "../hook.ts";
import { imitate } from "../options.ts";
import { ProcessSpans } from "./process_spans.ts";
import { Object, WeakMap } from "../../runtime/intrinsics.ts";

interface CommandOptions {
  args?: string[];
  env?: Record<string, string>;
}

interface Command {
  output(): Promise<{ code: number; signal: string | null }>;
  outputSync(): { code: number; signal: string | null };
  spawn(): {
    pid: number;
    status: Promise<{ code: number; signal: string | null }>;
  };
}

type CommandClass = new (
  command: string | URL,
  options?: CommandOptions,
) => Command;

/** Observes `Deno.Command`. */
export function observeDenoCommand({ recorder, config }: HookContext): void {
  const { Deno } = globalThis as unknown as { Deno: { Command: CommandClass } };
  const Original = Deno.Command;
  const spans = new ProcessSpans(recorder, config);
  const { output, outputSync, spawn } = Original.prototype;
  /** What each command was made of: its environment is settled when it is started. */
  const made = new WeakMap<
    object,
    [command: string | URL, options: CommandOptions | undefined]
  >();

  /** Calls `start` with a command that is like `command` and brings the recorder along. */
  function observed<T>(
    command: Command,
    start: (command: Command) => T,
    ended: (
      result: T,
      end: (how: { code: number; signal: string | null }) => void,
      fail: (error: unknown) => void,
    ) => T,
  ): T {
    const parts = made.get(command);
    if (parts === undefined || spans.isInside) return start(command);
    const [executable, options] = parts;
    const span = spans.begin(executable);
    const args = spans.argumentsWithMapping(executable, options?.args);
    const added = spans.variables(span, options?.env, args !== undefined);
    const changes = {
      env: { ...options?.env, ...added },
      ...args === undefined ? {} : { args },
    };
    const result = spans.start(
      span,
      () => start(new Original(executable, { ...options, ...changes })),
    );
    spans.setPid(span, (result as { pid?: number }).pid);
    return ended(
      result,
      ({ code, signal }) => spans.end(span, { exitCode: code, signal }),
      (error) => spans.fail(span, error),
    );
  }

  const Replacement = class extends Original {
    constructor(command: string | URL, options?: CommandOptions) {
      super(command, options);
      made.set(this, [command, options]);
    }

    override output() {
      return observed(
        this,
        (command) => output.call(command),
        (promise, end, fail) =>
          // On a promise of its own, so that a rejection stays unhandled until the program handles it.
          promise.then((result: { code: number; signal: string | null }) => {
            end(result);
            return result;
          }, (error: unknown) => {
            fail(error);
            throw error;
          }),
      );
    }

    override outputSync() {
      return observed(
        this,
        (command) => outputSync.call(command),
        (result, end) => {
          end(result);
          return result;
        },
      );
    }

    override spawn() {
      return observed(this, (command) => spawn.call(command), (child, end) => {
        // A failure of this promise is none of the process's.
        child.status.then(end, () => {});
        return child;
      });
    }
  };
  for (const [name, method] of Object.entries({ output, outputSync, spawn })) {
    const prototype = Replacement.prototype as unknown as Record<
      string,
      typeof imitate
    >;
    imitate(prototype[name]!, method as typeof imitate);
  }
  Object.defineProperty(Replacement, "name", { value: "Command" });
  Deno.Command = Replacement;
}
