/**
 * A run as `ferret run` would describe it.
 *
 * @module
 */
import { randomUUID } from "node:crypto";
import type { RunInfo } from "../../src/model/run_info.ts";

/** A made-up run; `change` replaces parts of it. */
export function testRun(change: Partial<RunInfo> = {}): RunInfo {
  return {
    runId: randomUUID(),
    startedAtNs: 1_790_000_000_000_000_000,
    command: "app.ts",
    args: ["--port", "8000"],
    cwd: "/srv/app",
    runtime: "deno",
    runtimeVersion: "2.9.6",
    ferretVersion: "0.1.0",
    host: "build-1",
    os: "linux",
    cpuCount: 2,
    labels: { branch: "main" },
    transport: "mapped",
    ...change,
  };
}
