/**
 * The environment as the program would see it without ferret: what brought
 * the recorder into the process is taken out before the program's first line.
 *
 * @module
 */
import type { JoinConfig } from "../model/program_config.ts";
import { PARENT_VARIABLE, preloadOptions } from "./children.ts";

/** Gives a Deno program the file descriptor of the pipe. */
const PIPE_VARIABLE = "DENO_EXTRA_STDIO_FDS";

interface Variables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
  delete(name: string): void;
}

/** Takes these variables away. */
export function hideVariables(names: readonly string[]): void {
  for (const name of names) variable(name)?.delete(name);
}

/** The span that started this process, as far as it may be read. */
export function parentVariable(): string | undefined {
  return variable(PARENT_VARIABLE)?.get(PARENT_VARIABLE);
}

/** Deno: gives back the permission to read it, where that was added for it. */
export function revokeParentVariable(): void {
  const { permissions } = (globalThis as unknown as {
    Deno: {
      permissions: {
        querySync(descriptor: object): { state: string };
        revokeSync(descriptor: object): void;
      };
    };
  }).Deno;
  // Out of the whole environment one variable cannot be given back alone.
  if (permissions.querySync({ name: "env" }).state === "granted") return;
  permissions.revokeSync({ name: "env", variable: PARENT_VARIABLE });
}

/** Takes away what made this process load the recorder. */
export function hideJoining(join: JoinConfig): void {
  const limited = { ...join, scriptPath: join.limitedScriptPath };
  for (const [name, option] of [...preloadOptions(join), ...preloadOptions(limited)]) {
    const variables = variable(name);
    const value = variables?.get(name);
    if (value === option) variables!.delete(name);
    else if (value?.startsWith(`${option} `) === true) {
      variables!.set(name, value.slice(option.length + 1));
    }
  }
  const names = [PARENT_VARIABLE];
  if (join.pipeInode !== undefined && join.environment[PIPE_VARIABLE] === undefined) {
    names.push(PIPE_VARIABLE);
  }
  hideVariables(names);
}

/**
 * The environment, if it may be touched. Where Deno has no permission the
 * program cannot see the variable either, and asking would show a prompt.
 */
function variable(name: string): Variables | undefined {
  const { Deno, process } = globalThis as unknown as {
    Deno?: {
      env: Variables;
      permissions: { querySync(descriptor: object): { state: string } };
    };
    process?: { env: Record<string, string | undefined> };
  };
  if (Deno !== undefined) {
    const { state } = Deno.permissions.querySync({ name: "env", variable: name });
    return state === "granted" ? Deno.env : undefined;
  }
  const { env } = process!;
  return {
    get: (key) => env[key],
    set: (key, value) => void (env[key] = value),
    delete: (key) => void delete env[key],
  };
}
