/**
 * What is looked at during a soak, and what is made of it at the end.
 *
 * @module
 */

/** What the program tells of itself each second. */
export interface ProgramSample {
  pid: number;
  /** Spans so far. */
  made: number;
  residentBytes: number;
  heapBytes: number;
  /** Longest time for which a timer was late since the last sample. */
  longestDelayMs: number;
}

/** A second of a soak. */
export interface Sample extends ProgramSample {
  second: number;
  /** Of ferret's own process. */
  ferretBytes: number;
  /** Share of the ring that the writer had not released. */
  ringFill: number;
  /** What the recording takes on disk. */
  fileBytes: number;
}

/** How a soak went. */
export interface Verdict {
  spans: number;
  spansPerSecond: number;
  lost: number;
  /** From the mean of the first third to that of the last, the warm-up left out. */
  programGrowthBytes: number;
  ferretGrowthBytes: number;
  heapGrowthBytes: number;
  longestDelayMs: number;
  fullestRing: number;
  bytesPerSpan: number;
}

/** The first part of the samples: caches fill, code is compiled. */
const WARM_UP_SHARE = 0.2;

/** Makes the verdict. @throws when there are too few samples for one. */
export function judge(all: readonly Sample[], lost: number): Verdict {
  const samples = all.slice(Math.ceil(all.length * WARM_UP_SHARE));
  const third = Math.floor(samples.length / 3);
  if (third === 0) throw new Error(`${all.length} seconds are too few to be judged`);
  const growth = (of: (sample: Sample) => number) =>
    mean(samples.slice(-third).map(of)) - mean(samples.slice(0, third).map(of));
  const last = all.at(-1)!;
  return {
    spans: last.made,
    spansPerSecond: last.made / last.second,
    lost,
    programGrowthBytes: growth(({ residentBytes }) => residentBytes),
    ferretGrowthBytes: growth(({ ferretBytes }) => ferretBytes),
    heapGrowthBytes: growth(({ heapBytes }) => heapBytes),
    longestDelayMs: Math.max(...samples.map(({ longestDelayMs }) => longestDelayMs)),
    fullestRing: Math.max(...all.map(({ ringFill }) => ringFill)),
    bytesPerSpan: last.fileBytes / last.made,
  };
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}
