/**
 * Times small pieces of code against each other: all of them in turn, several
 * times over, so that whatever disturbs the machine disturbs them alike.
 *
 * @module
 */

/** Something to be timed; it repeats itself `count` times. */
export interface Contestant {
  name: string;
  run: (count: number) => void;
  count: number;
  /** Called after each round, outside the timing. */
  rest?: () => void | Promise<void>;
}

/** ns per repetition of the best round, by name. */
export async function timeRounds(
  contestants: readonly Contestant[],
  rounds: number,
): Promise<Record<string, number>> {
  const best: Record<string, number> = {};
  for (const { run, count, rest } of contestants) {
    for (let round = 0; round < 5; round++) run(Math.ceil(count / 5));
    await rest?.();
  }
  for (let round = 0; round < rounds; round++) {
    for (const { name, run, count, rest } of contestants) {
      const startMs = performance.now();
      run(count);
      const ns = (performance.now() - startMs) * 1e6 / count;
      best[name] = Math.min(best[name] ?? Infinity, ns);
      await rest?.();
    }
  }
  return best;
}

/** Lets other processes catch up. */
export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
