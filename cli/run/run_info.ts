/**
 * What is known about a run before its program has done anything.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { availableParallelism, hostname, release, type } from "node:os";
import process from "node:process";
import type { RuntimeName, Transport } from "../../src/model/program_config.ts";
import type { RunInfo, RunSampling } from "../../src/model/run_info.ts";
import { runtimeName, runtimeVersion } from "../../src/runtime/self.ts";
import { FERRET_VERSION } from "../../src/model/version.ts";
import { Redactor } from "../../src/redaction/redactor.ts";
import { redactedRun } from "../../src/redaction/run_texts.ts";
import { readGitState } from "./git_state.ts";

/** What differs from run to run. */
export interface RunFacts {
  runId: string;
  startedAtNs: number;
  command: string;
  args: string[];
  cwd: string;
  runtime: RuntimeName;
  /** The runtime's; absent when it is not known. */
  executable: string | undefined;
  transport: Transport;
  labels: Record<string, string>;
  sampling?: RunSampling;
  redact: string[] | false;
}

/** A new id for a run. */
export function createRunId(): string {
  return randomUUID();
}

/** What is known before the program starts, without asking anybody. */
export function knownRun({ executable: _, ...known }: RunFacts): RunInfo {
  const run = {
    ...known,
    runtimeVersion: "",
    ferretVersion: FERRET_VERSION,
    host: hostname(),
    os: `${type()} ${release()}`,
    cpuCount: availableParallelism(),
  };
  // The writer does it as well, but this one is written down before there is a writer.
  return redactedRun(run, new Redactor(known.redact));
}

/** Completes the facts with those that take a while. */
export async function describeRun(facts: RunFacts): Promise<RunInfo> {
  const git = readGitState(facts.cwd);
  return {
    ...knownRun(facts),
    runtimeVersion: await versionOf(facts.runtime, facts.executable),
    ...(git.commit === undefined ? {} : { gitCommit: git.commit }),
    ...(git.branch === undefined ? {} : { gitBranch: git.branch }),
  };
}

/** The version of a runtime; asking its executable takes 10 to 20 ms, beside the program. */
function versionOf(runtime: RuntimeName, executable: string | undefined): Promise<string> {
  if (executable === undefined) return Promise.resolve("");
  if (runtime === runtimeName() && executable === process.execPath) {
    return Promise.resolve(runtimeVersion());
  }
  return new Promise((resolve) => {
    execFile(executable, ["--version"], { timeout: 5_000 }, (_error, stdout) => {
      // "deno 2.9.6 (stable, …)", "1.4.5", "v24.21.0"
      resolve(/\d+\.\d+\.\d+[^\s]*/.exec(String(stdout))?.[0] ?? "");
    });
  });
}
