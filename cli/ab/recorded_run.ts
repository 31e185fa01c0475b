/**
 * Runs one side once: `ferret run` in a process of its own, so that it has the
 * side's folder and environment, and what the program prints does not mix with
 * the result.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import process from "node:process";
import { startingEnvironment } from "../../src/runtime/environment.ts";
import { withOuterUmask } from "../../src/runtime/private_umask.ts";
import { runtimeName } from "../../src/runtime/self.ts";
import { FERRET_VERSION } from "../../src/model/version.ts";
import { ownModule } from "../run/own_modules.ts";
import { unrewritten } from "../run/program.ts";
import { OutputTail } from "./output_tail.ts";
import type { Side } from "./order.ts";
import type { RunningCommands } from "./running_commands.ts";

/** One side of a comparison, as it is run. */
export interface AbSide {
  side: Side;
  /** As the tables call it. */
  label: string;
  cwd: string;
  /** What follows `ferret run`: options for the runs, then script or command. */
  words: readonly string[];
  /** Variables beside ferret's own environment. */
  environment: Readonly<Record<string, string>>;
}

/** Where a run goes, and who watches it. */
export interface RecordedRunOptions {
  recording: string;
  /** Labels of the run. */
  labels: Readonly<Record<string, string>>;
  /** Variables of the runs of both sides. */
  environment: Readonly<Record<string, string>>;
  commands: RunningCommands;
  /** After that the run is ended, in ms. */
  timeoutMs: number;
  /** Sees what the program prints. */
  show: (text: string) => void;
}

/** How a run ended. */
export interface RunOutcome {
  /** That of `ferret run`. */
  exitCode: number;
  /** The end of what program and ferret printed. */
  lines: readonly string[];
  /** Whether it was ended because its time was up. */
  isTimeUp: boolean;
}

/** Runs a side and records it. Rejects when there is no process to be had. */
export async function recordRun(side: AbSide, options: RecordedRunOptions): Promise<RunOutcome> {
  const labels = Object.entries(options.labels).flatMap(([key, value]) => [
    "--label",
    `${key}=${value}`,
  ]);
  const [file, ...words] = ownCommand();
  const args = [...words, "run", "--quiet", "-o", options.recording, ...labels, ...side.words];
  const tail = new OutputTail(options.show);
  const child = withOuterUmask(() =>
    spawn(unrewritten(file!), args, {
      cwd: side.cwd,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...startingEnvironment(), ...options.environment, ...side.environment },
    })
  );
  tail.listen(child.stdout);
  tail.listen(child.stderr);
  let isTimeUp = false;
  const timer = setTimeout(() => {
    isTimeUp = true;
    options.commands.end();
  }, options.timeoutMs);
  try {
    const { exitCode } = await options.commands.ended(child);
    return { exitCode, lines: tail.lines(), isTimeUp };
  } finally {
    clearTimeout(timer);
  }
}

/** Starts ferret as this one was started, without the folder's own settings of the runtime. */
function ownCommand(): string[] {
  const main = fileURLToPath(ownModule("cli/main"));
  switch (runtimeName()) {
    case "node":
      return [process.execPath, main];
    case "bun":
      return [process.execPath, "--no-env-file", "--config=/dev/null", main];
    case "deno": {
      // What Deno keeps for all projects runs by the name of its package only.
      const isShared = main.endsWith(".js") && !/[\\/]node_modules[\\/]/.test(main);
      const program = isShared ? `npm:ferret@${FERRET_VERSION}` : main;
      return [process.execPath, "run", "--allow-all", "--no-check", program];
    }
  }
}
