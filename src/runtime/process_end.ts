/**
 * Notices the end of this process in every way in which a runtime lets it.
 *
 * Deno runs no `exit` handler after an uncaught error or `Deno.exit`, so there
 * its own events are listened to as well; they are not prevented.
 *
 * @module
 */
import { builtin, runtimeName } from "./self.ts";

interface Process {
  exitCode?: number | string | undefined;
  on(event: string, listener: (...args: unknown[]) => void): void;
  off(event: string, listener: (...args: unknown[]) => void): void;
}

/**
 * Runs `last` once when the process ends: by itself, by `exit`, by an uncaught
 * error. Not when a signal ends it.
 *
 * @param last Must be synchronous. Gets the exit code where it is known: that
 * of `Deno.exit` is not.
 * @returns A function that takes it back.
 */
export function onProcessEnd(last: (exitCode: number | undefined) => void): () => void {
  const process = builtin<Process>("node:process");
  let isDone = false;
  const end = (exitCode: number | undefined) => {
    if (isDone) return;
    isDone = true;
    last(exitCode);
  };
  const onExit = (code: unknown) => end(typeof code === "number" ? code : 0);
  const onError = () => end(1);
  // Only a program that ends by itself gets this far.
  let isIdle = false;
  const onIdle = () => void (isIdle = true);
  const onUnload = () => end(isIdle ? Number(process.exitCode ?? 0) : undefined);
  process.on("exit", onExit);
  if (runtimeName() === "deno") {
    process.on("uncaughtExceptionMonitor", onError);
    addEventListener("beforeunload", onIdle);
    addEventListener("unload", onUnload);
  }
  return () => {
    isDone = true;
    process.off("exit", onExit);
    if (runtimeName() === "deno") {
      process.off("uncaughtExceptionMonitor", onError);
      removeEventListener("beforeunload", onIdle);
      removeEventListener("unload", onUnload);
    }
  };
}
