/**
 * Processes that a Bun program starts with `Bun.spawn`, `Bun.spawnSync` and
 * the shell `Bun.$`.
 *
 * @module
 */
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import type { Environment } from "../children.ts";
import type { HookContext } from "../hook.ts";
import { imitate } from "../options.ts";
import { ProcessSpans } from "./process_spans.ts";
import { Array, Object, Reflect } from "../../runtime/intrinsics.ts";

// deno-lint-ignore no-explicit-any -- Bun's own functions have many forms
type AnyFunction = (this: any, ...args: any[]) => any;

interface BunGlobal {
  spawn: AnyFunction;
  spawnSync: AnyFunction;
  $: AnyFunction;
}

interface Subprocess {
  pid: number;
  exitCode: number | null;
  signalCode: string | null;
  exited: Promise<number>;
}

interface ShellPromise {
  then: AnyFunction;
  env(variables: Environment): unknown;
}

/** Observes what Bun starts processes with. */
export function observeBunSpawn({ recorder, config }: HookContext): void {
  const { Bun, process } = globalThis as unknown as {
    Bun: BunGlobal;
    process: { env: Environment };
  };
  const spans = new ProcessSpans(recorder, config);

  function observed(
    original: AnyFunction,
    ended: (result: Subprocess, span: Span) => void,
  ) {
    return imitate(function (this: unknown, ...args: unknown[]): unknown {
      const parts = spans.isInside ? undefined : partsOf(args);
      if (parts === undefined) return Reflect.apply(original, this, args);
      const span = spans.begin(parts.executable);
      const own = parts.options.env ?? process.env;
      const env = { ...own, ...spans.variables(span, own) };
      const changed = args.map((arg, index) =>
        index === parts.at ? { ...parts.options, env } : arg
      );
      if (parts.at >= args.length) changed.push({ env });
      const result = spans.start(
        span,
        () => Reflect.apply(original, this, changed),
      );
      spans.setPid(span, (result as Subprocess).pid);
      ended(result as Subprocess, span);
      return result;
    }, original);
  }

  Bun.spawn = observed(Bun.spawn, (child, span) => {
    const end = () => spans.end(span, { exitCode: child.exitCode, signal: child.signalCode });
    child.exited.then(end, end);
  });
  Bun.spawnSync = observed(Bun.spawnSync, (result, span) => {
    spans.end(span, { exitCode: result.exitCode, signal: result.signalCode });
  });
  observeShell(Bun, { recorder, spans, environment: () => process.env });
}

/** Where the command and the options are in the arguments of `Bun.spawn`. */
function partsOf(
  args: unknown[],
):
  | { executable: unknown; options: { env?: Environment }; at: number }
  | undefined {
  const [first, second] = args;
  if (Array.isArray(first)) {
    return {
      executable: first[0],
      options: (second ?? {}) as { env?: Environment },
      at: 1,
    };
  }
  const options = first as
    | { cmd?: unknown[]; env?: Environment }
    | null
    | undefined;
  if (!Array.isArray(options?.cmd)) return undefined;
  return { executable: options.cmd[0], options, at: 0 };
}

/** A shell command begins when it is first waited for, and so does its span. */
function observeShell(
  Bun: BunGlobal,
  parts: {
    recorder: Recorder;
    spans: ProcessSpans;
    environment: () => Environment;
  },
): void {
  const { spans } = parts;
  const shell = Bun.$ as AnyFunction & { env: AnyFunction };
  /** What `$.env()` gives all commands. */
  let defaults: Environment | undefined;
  const observedShell = imitate(
    function (this: unknown, ...args: unknown[]): unknown {
      const command = Reflect.apply(shell, this, args) as ShellPromise;
      let span: Span | undefined;
      const { then } = command;
      // Now, so that an environment that the program gives the command comes after it.
      const own = defaults ?? parts.environment();
      command.env({
        ...own,
        ...spans.variables(parts.recorder.current(), own),
      });
      const replacement = function (
        this: unknown,
        onValue: unknown,
        onError: unknown,
      ): unknown {
        if (span !== undefined) {
          return Reflect.apply(then, this, [
            onValue,
            onError,
          ]);
        }
        const begun = span = spans.begin("shell");
        return spans.start(begun, () =>
          Reflect.apply(then, this, [
            told(onValue, (result) => {
              spans.end(begun, {
                exitCode: (result as { exitCode?: number } | null)?.exitCode,
              });
            }, (value) => value),
            told(onError, (error) => spans.fail(begun, error), (error) => {
              throw error;
            }),
          ]));
      };
      Object.defineProperty(command, "then", {
        value: imitate(replacement, then),
        writable: true,
        enumerable: false,
        configurable: true,
      });
      return command;
    },
    shell,
  );
  observedShell.env = imitate(
    function (this: unknown, variables: Environment | undefined) {
      defaults = variables;
      return Reflect.apply(shell.env, this, arguments);
    },
    shell.env,
  );
  Bun.$ = observedShell;
}

/** A reaction that first tells us. */
function told(
  reaction: unknown,
  tell: (value: unknown) => void,
  otherwise: (value: unknown) => unknown,
): (value: unknown) => unknown {
  return (value) => {
    tell(value);
    return typeof reaction === "function" ? reaction(value) : otherwise(value);
  };
}
