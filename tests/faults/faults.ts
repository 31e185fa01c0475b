/**
 * The faults: what happens to a run, and what that may cost.
 *
 * @module
 */
import type { Random } from "./random.ts";
import { type RecordedProcess, waitUntil } from "./recorded_process.ts";
import type { ProgramEnding, Scenario } from "./scenario.ts";

export interface Fault {
  name: string;
  /** Makes a chosen scenario one for this fault. `round` counts from 0. */
  prepare?: (scenario: Scenario, random: Random, round: number) => void;
  /** Does the harm, if the scenario does not do it by itself. */
  strike?: (run: RecordedProcess, random: Random) => Promise<void>;
  /** Exit codes of `ferret run` if it lives to its end. Default: that of the program's own end. */
  exitCodes?: readonly number[];
  /** Whether the program is ended before it can send what it has over a pipe. */
  cutsProgram?: boolean;
  /** Whether the program ends before processes that it has started. */
  leavesChildren?: boolean;
  /** Whether recovery is killed as well, and where. */
  recoveryPoints?: (random: Random) => string[];
}

/** Places of `ferret run` and of recovery at which it is killed. docs/fail_points.md explains them. */
export const RUN_PLACES = [
  "start",
  "drain",
  "commit",
  "committed",
  "release",
  "ring",
  "finish",
  "checkpoint",
  "join",
  "rename",
  "joined",
];
const RECOVERY_PLACES = [
  "recover",
  "drain",
  "commit",
  "committed",
  "release",
  "finish",
  "checkpoint",
  "join",
  "rename",
  "joined",
  "recovered",
];

/** Places that a run passes more than once. */
const REPEATED = ["drain", "commit", "committed", "release"];

export const FAULTS: readonly Fault[] = [
  { name: "none" },
  {
    name: "program killed",
    leavesChildren: true,
    strike: async (run, random) => {
      await someSpans(run, random);
      run.signalProgram("SIGKILL");
    },
    exitCodes: [137, 5],
    cutsProgram: true,
  },
  ending("program aborts", ["abort"], { exitCodes: [134], cutsProgram: true }),
  ending("program exits", ["exit", "Deno.exit"], { exitCodes: [7] }),
  ending("program throws", ["throw", "reject"], { exitCodes: [1] }),
  {
    ...ending("program loops for ever, killed", ["loop"], {
      exitCodes: [137, 143],
      cutsProgram: true,
    }),
    strike: async (run, random) => {
      await run.waitForEnding();
      run.signalProgram(random.pick(["SIGKILL", "SIGTERM"]));
    },
  },
  {
    ...ending("program out of memory", ["memory"], {
      exitCodes: [133, 134, 137],
      cutsProgram: true,
    }),
    strike: async (run) => {
      await run.waitForEnding();
      // It has no limit of its own: the system's is a SIGKILL.
      if (run.scenario.runtime === "bun") run.signalProgram("SIGKILL");
    },
  },
  {
    name: "program gets SIGTERM",
    leavesChildren: true,
    strike: async (run, random) => {
      await someSpans(run, random);
      run.signalProgram(random.pick(["SIGTERM", "SIGHUP"]));
    },
    exitCodes: [143, 129, 5],
    cutsProgram: true,
  },
  {
    name: "ferret gets SIGTERM",
    leavesChildren: true,
    strike: async (run, random) => {
      await someSpans(run, random);
      run.signalFerret("SIGTERM");
    },
    exitCodes: [143, 5],
    cutsProgram: true,
  },
  {
    name: "Ctrl-C",
    strike: async (run, random) => {
      await someSpans(run, random);
      run.signalGroup("SIGINT");
    },
    exitCodes: [130, 5],
    cutsProgram: true,
  },
  {
    name: "program suspended",
    strike: async (run, random) => {
      await someSpans(run, random);
      run.signalProgram("SIGSTOP");
      await pause(random.between(100, 1_500));
      run.signalProgram("SIGCONT");
    },
  },
  {
    name: "ferret killed",
    strike: async (run, random) => {
      await someMoment(run, random);
      run.signalFerret("SIGKILL");
    },
  },
  {
    name: "ferret killed at a fail point",
    prepare: (scenario, random, round) => {
      const place = RUN_PLACES[round % RUN_PLACES.length]!;
      scenario.failPoints = killAt(place, random);
      const { program } = scenario;
      if (place === "ring" && program.sources.length === 0) program.sources = ["worker0"];
      if (place === "rename") scenario.hasEarlier = false;
      // Or there is but one commit.
      if (REPEATED.includes(place)) program.flushEvery ||= 300;
    },
  },
  {
    name: "ferret suspended",
    strike: async (run, random) => {
      await someMoment(run, random);
      run.signalFerret("SIGSTOP");
      await programEndOr(run, random.between(100, 2_500));
      run.signalFerret("SIGCONT");
    },
  },
  {
    name: "ferret suspended, then killed",
    strike: async (run, random) => {
      await someMoment(run, random);
      run.signalFerret("SIGSTOP");
      await programEndOr(run, random.between(100, 3_000));
      run.signalFerret("SIGKILL");
    },
  },
  {
    name: "both killed",
    leavesChildren: true,
    strike: async (run, random) => {
      await someSpans(run, random);
      const isFerretFirst = random.chance(0.5);
      if (isFerretFirst) run.signalFerret("SIGKILL");
      else run.signalProgram("SIGKILL");
      await pause(random.between(0, 5));
      if (isFerretFirst) run.signalProgram("SIGKILL");
      else run.signalFerret("SIGKILL");
    },
    exitCodes: [137, 5],
    cutsProgram: true,
  },
  {
    name: "process group killed",
    strike: async (run, random) => {
      await someMoment(run, random);
      run.signalGroup("SIGKILL");
    },
    cutsProgram: true,
  },
  {
    name: "slow disk",
    prepare: (scenario, random) => {
      const ms = random.between(20, 400);
      scenario.failPoints = `commit:*=sleep(${ms}),checkpoint:*=sleep(${ms}),drain:5=sleep(${ms})`;
      if (scenario.program.flushEvery > 0) scenario.program.flushEvery += 500;
    },
  },
  {
    name: "store fails",
    prepare: (scenario, random) => {
      const place = random.pick(["commit", "committed", "finish", "checkpoint", "join", "joined"]);
      const nth = place.startsWith("commit") ? random.between(1, 3) : 1;
      scenario.failPoints = `${place}:${nth}=${random.pick(["throw", "full"])}`;
      scenario.program.flushEvery ||= 300;
    },
  },
  {
    name: "writer dies",
    prepare: (scenario, random) => {
      scenario.failPoints = `drain:${random.between(1, 40)}=throw`;
    },
  },
  {
    name: "recovery killed",
    strike: async (run, random) => {
      await someSpans(run, random);
      run.signalGroup("SIGKILL");
    },
    cutsProgram: true,
    recoveryPoints: (random) =>
      Array.from(
        { length: random.between(1, 4) },
        () => killAt(random.pick(RECOVERY_PLACES), random),
      ),
  },
];

/** The program ends by itself, somewhere. */
function ending(name: string, ends: ProgramEnding[], more: Omit<Fault, "name">): Fault {
  return {
    name,
    leavesChildren: true,
    prepare: ({ program, runtime }, random) => {
      program.end = random.pick(ends.filter((end) => end !== "Deno.exit" || runtime === "deno"));
    },
    ...more,
  };
}

function killAt(place: string, random: Random): string {
  const nth = REPEATED.includes(place) ? random.between(1, place === "drain" ? 30 : 3) : 1;
  const action = random.chance(0.6) ? "kill" : `kill(${random.between(0, 25)})`;
  return `${place}:${nth}=${action}`;
}

/** Waits until the program has made some of its spans. */
async function someSpans(run: RecordedProcess, random: Random): Promise<void> {
  const { spans, lanes } = run.scenario.program;
  await run.waitForSpans(random.between(1, Math.floor(spans * lanes * 0.9)));
  await pause(random.between(0, 20));
}

/** Any time from the start of ferret on. */
async function someMoment(run: RecordedProcess, random: Random): Promise<void> {
  if (random.chance(0.6)) await someSpans(run, random);
  else await Promise.race([run.ended, pause(random.between(0, 1_500))]);
}

async function programEndOr(run: RecordedProcess, ms: number): Promise<void> {
  const end = performance.now() + ms;
  await waitUntil(() => performance.now() > end || !run.hasProgram(), "the time to pass");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
