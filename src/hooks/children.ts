/**
 * What a thread has to hand on so that the workers and processes that it
 * starts join the same recording, under the span that started them.
 *
 * The program's own view of its environment stays free of it: the variables
 * are added to a child's and nowhere else.
 *
 * @module
 */
import type { JoinConfig, ProgramConfig, RemoteParent } from "../model/program_config.ts";
import type { Recorder } from "../recorder/recorder.ts";
import type { Span } from "../recorder/span.ts";
import { Number } from "../runtime/intrinsics.ts";

/** Tells a process which span started it. */
export const PARENT_VARIABLE = "FERRET_PARENT";

/** Variables of a child. */
export type Environment = Record<string, string | undefined>;

/** What `span`, or the current one, is to a thread that is started now. */
export function remoteParent(
  recorder: Recorder,
  config: ProgramConfig,
  span: Span | undefined,
): RemoteParent | undefined {
  if (span === undefined) return undefined;
  const name = recorder.strings.textOf(span.nameId);
  const { id: spanId, traceId, isSampled } = span;
  return { process: config.process, spanId, traceId, name, isSampled };
}

/** The parent as text: for an environment variable. */
export function formatParent(parent: RemoteParent): string {
  const { process, spanId, traceId, name, isSampled } = parent;
  return [process, spanId, traceId, encodeURIComponent(name), isSampled ? 1 : 0].join(":");
}

/** Reads what {@linkcode formatParent} wrote; undefined when it is anything else. */
export function parseParent(text: string | undefined): RemoteParent | undefined {
  const match = /^(\d+):(\d+):(\d+):([^:]*):([01])$/.exec(text ?? "");
  if (match === null) return undefined;
  try {
    return {
      process: Number(match[1]),
      spanId: Number(match[2]),
      traceId: Number(match[3]),
      name: decodeURIComponent(match[4]!),
      isSampled: match[5] === "1",
    };
  } catch {
    return undefined;
  }
}

/**
 * The variables that a child needs beside its own.
 *
 * @param own The environment that the program gives the child; undefined: that of this process.
 * @param isLimited Whether the child is Deno and has to give a permission back.
 */
export function joiningVariables(
  join: JoinConfig,
  parent: RemoteParent | undefined,
  own: Environment | undefined,
  isLimited: boolean,
): Record<string, string> {
  const scriptPath = isLimited ? join.limitedScriptPath : join.scriptPath;
  const variables = preloadVariables({ ...join, scriptPath }, own ?? join.environment);
  if (parent !== undefined) variables[PARENT_VARIABLE] = formatParent(parent);
  return variables;
}

/** The variables that get the preload into a process, in front of what is in them already. */
export function preloadVariables(join: JoinConfig, own: Environment): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const [name, option] of preloadOptions(join)) {
    const others = own[name];
    variables[name] = others === undefined || others === "" ? option : `${option} ${others}`;
  }
  return variables;
}

/** What stands in front in each variable. */
export function preloadOptions(join: JoinConfig): [name: string, option: string][] {
  return [
    // Deno reads this one as well, but takes nothing from it other than `--require`.
    ["NODE_OPTIONS", `--require ${quotedForNode(join.scriptPath)}`],
    ["BUN_OPTIONS", quotedForBun(`--preload=${join.modulePath}`)],
  ];
}

function quotedForNode(path: string): string {
  return /[\s"\\]/.test(path) ? `"${path.replace(/["\\]/g, "\\$&")}"` : path;
}

function quotedForBun(option: string): string {
  return /\s/.test(option) ? `"${option}"` : option;
}
