/**
 * What is undone when a person or a system ends ferret before it is through.
 *
 * @module
 */
import process from "node:process";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Calls `undo` if a signal ends this process, which then ends by that signal.
 *
 * @returns Ends the watch.
 */
export function onInterruption(undo: () => void): () => void {
  const handlers = SIGNALS.map((signal) => {
    const handler = () => {
      stop();
      undo();
      process.kill(process.pid, signal);
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  const stop = () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
  return stop;
}
