/**
 * Says on a terminal that something is still going on, once it takes longer
 * than a second. Pipes and files see nothing of it.
 *
 * @module
 */
import type { Io } from "./io.ts";

const PATIENCE_MS = 1_000;
const STEP_MS = 200;
const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const CLEAR_LINE = "\r\x1b[K";

/** Performs `work`, and shows `doing` and the seconds that it has taken so far. */
export async function withProgress<T>(
  io: Pick<Io, "err" | "isErrTerminal">,
  doing: string,
  work: () => Promise<T>,
): Promise<T> {
  if (io.isErrTerminal !== true) return await work();
  const startedMs = performance.now();
  let step = 0;
  let isShown = false;
  const timer = setInterval(() => {
    const elapsedMs = performance.now() - startedMs;
    if (elapsedMs < PATIENCE_MS) return;
    isShown = true;
    const frame = FRAMES[step++ % FRAMES.length];
    io.err(`${CLEAR_LINE}${frame} ${doing}, ${Math.floor(elapsedMs / 1000)}s`);
  }, STEP_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (isShown) io.err(CLEAR_LINE);
  }
}
