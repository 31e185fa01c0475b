/**
 * Ferret's command line inside of the test's own process.
 *
 * @module
 */
import { main } from "../../cli/main.ts";

/** How a command ended, and what it printed. */
export interface CommandResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** What stdout is. Default: a pipe. */
export interface TestTerminal {
  columns?: number;
  isColored?: boolean;
  /** What stdin holds. Default: nothing. */
  stdin?: string;
}

/** Runs ferret. */
export async function ferret(
  args: readonly string[],
  { stdin = "", ...terminal }: TestTerminal = {},
): Promise<CommandResult> {
  let stdout = "";
  let stderr = "";
  const exitCode = await main(args, {
    out: (text) => void (stdout += text),
    err: (text) => void (stderr += text),
    input: () => Promise.resolve(stdin),
    ...terminal,
  });
  return { exitCode, stdout, stderr };
}
