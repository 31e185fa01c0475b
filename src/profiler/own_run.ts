/**
 * What a program knows about the run that it records itself.
 *
 * @module
 */
import type { RunInfo } from "../model/run_info.ts";
import { FERRET_VERSION } from "../model/version.ts";
import { builtin, runtimeName, runtimeVersion } from "../runtime/self.ts";

interface Os {
  hostname(): string;
  type(): string;
  release(): string;
  availableParallelism(): number;
}

/** Describes this process as a run. Nothing it may not know (Deno's permissions) stops it. */
export function describeOwnRun(
  { labels, redact }: { labels: Record<string, string>; redact: string[] | false },
): RunInfo {
  const os = builtin<Os>("node:os");
  const process = builtin<{ argv: string[]; cwd(): string }>("node:process");
  return {
    runId: crypto.randomUUID(),
    startedAtNs: Date.now() * 1e6,
    command: allowed(() => process.argv[1] ?? "", ""),
    args: process.argv.slice(2),
    cwd: allowed(() => process.cwd(), ""),
    runtime: runtimeName(),
    runtimeVersion: runtimeVersion(),
    ferretVersion: FERRET_VERSION,
    host: allowed(() => os.hostname(), ""),
    os: allowed(() => `${os.type()} ${os.release()}`, ""),
    cpuCount: allowed(() => os.availableParallelism(), 0),
    labels,
    redact,
    transport: "in-process",
  };
}

function allowed<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
