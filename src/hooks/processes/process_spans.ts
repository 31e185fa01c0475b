/**
 * The span of a process that the program starts: from its start to its end.
 * Its arguments are not kept, since they hold file names at best and passwords
 * at worst.
 *
 * @module
 */
import { SCOPE_PROCESS } from "../../model/span.ts";
import type { ProgramConfig } from "../../model/program_config.ts";
import type { Recorder } from "../../recorder/recorder.ts";
import type { Span } from "../../recorder/span.ts";
import { withMapping } from "./deno_arguments.ts";
import { type Environment, joiningVariables, remoteParent } from "../children.ts";
import { Math, Object, String } from "../../runtime/intrinsics.ts";
import { toText } from "../../recorder/text.ts";

/** How a process ended. */
export interface ProcessEnd {
  exitCode?: number | null | undefined;
  signal?: string | number | null | undefined;
}

const MAX_NAME_CHARS = 100;
const urlPrototype = URL.prototype;

/** One way of starting processes goes through another. */
let isStarting = false;

export class ProcessSpans {
  readonly #recorder: Recorder;
  readonly #config: ProgramConfig;

  constructor(recorder: Recorder, config: ProgramConfig) {
    this.#recorder = recorder;
    this.#config = config;
  }

  /** Whether what happens now is a part of starting a process that has its span. */
  get isInside(): boolean {
    return isStarting;
  }

  /** Begins the span of a process. */
  begin(command: unknown): Span {
    const name = executableName(command);
    return this.#recorder.startSpan(`spawn ${name}`, {
      scope: SCOPE_PROCESS,
      attributes: { "process.executable.name": name },
    });
  }

  /**
   * Calls what starts the process, in the context of the program: events of the
   * process are to find that.
   */
  start<T>(span: Span, create: () => T): T {
    const wasStarting = isStarting;
    isStarting = true;
    try {
      return create();
    } catch (error) {
      this.fail(span, error);
      throw error;
    } finally {
      isStarting = wasStarting;
    }
  }

  /** What the process gets to its own environment, so that it is recorded too. */
  variables(
    span: Span | undefined,
    own: Environment | undefined,
    isLimited = false,
  ): Record<string, string> {
    const { join } = this.#config;
    if (join === undefined) return {};
    const parent = remoteParent(this.#recorder, this.#config, span);
    return joiningVariables(join, parent, own, isLimited);
  }

  /** The arguments of a Deno process that could not join as it is; undefined: it can. */
  argumentsWithMapping(
    executable: unknown,
    args: unknown,
  ): string[] | undefined {
    if (this.#config.join?.claimsPath === undefined) return undefined;
    return withMapping(executable, args);
  }

  setPid(span: Span, pid: unknown): void {
    if (typeof pid === "number") {
      this.#recorder.setAttribute(span, "process.pid", pid);
    }
  }

  end(span: Span, { exitCode, signal }: ProcessEnd): void {
    if (!span.isRecording) return;
    const recorder = this.#recorder;
    if (typeof exitCode === "number") {
      recorder.setAttribute(span, "process.exit.code", exitCode);
    }
    const isSignalled = signal !== undefined && signal !== null;
    if (isSignalled) {
      recorder.setAttribute(span, "process.exit.signal", String(signal));
    }
    if (isSignalled || typeof exitCode === "number" && exitCode !== 0) {
      recorder.setAttribute(
        span,
        "error.type",
        isSignalled ? String(signal) : `exit ${exitCode}`,
      );
      recorder.setStatus(span, "error");
    }
    recorder.end(span);
  }

  fail(span: Span, error: unknown): void {
    this.#recorder.fail(span, error);
    this.#recorder.end(span);
  }
}

/** Not `instanceof`, which a program can have throw. */
function isUrl(value: unknown): value is URL {
  return typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === urlPrototype;
}

/** The last part of a path: what people call the program. */
function executableName(command: unknown): string {
  const text = toText(isUrl(command) ? command.pathname : command);
  const name = text.slice(
    Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1,
  );
  return name.slice(0, MAX_NAME_CHARS);
}
