/**
 * What is undone when a person or a system ends ferret before it is through.
 *
 * @module
 */
import process from "node:process";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const undos = new Set<() => void>();
let stopWatching: (() => void) | undefined;

/**
 * Calls `undo` if a signal ends this process, which then ends by that signal.
 * Whoever else waits for signals is left to end it in a way of its own.
 *
 * @returns Ends the watch.
 */
export function onInterruption(undo: () => void): () => void {
  const own = () => undo();
  undos.add(own);
  stopWatching ??= watch();
  return () => {
    undos.delete(own);
    if (undos.size > 0) return;
    stopWatching?.();
    stopWatching = undefined;
  };
}

function watch(): () => void {
  const handlers = SIGNALS.map((signal) => {
    const handler = () => {
      if (process.listenerCount(signal) > 1) return;
      for (const undo of undos) undo();
      process.off(signal, handler);
      process.kill(process.pid, signal);
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler);
  };
}
