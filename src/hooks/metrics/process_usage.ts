/**
 * Memory and CPU time of this process, without loading anything: Deno's node:
 * modules are loaded 20 ms after the start at the earliest, and by then ferret
 * has needed one of them anyway.
 *
 * @module
 */
import { builtin } from "../../runtime/self.ts";
import { Reflect } from "../../runtime/intrinsics.ts";

/** In bytes. */
export interface MemoryUsage {
  rss: number;
  heapUsed: number;
  external: number;
}

/** Asks the runtime; the functions are kept as they were at the start. */
export interface ProcessUsage {
  memory(): MemoryUsage;
  /** CPU time of the process since its start, all threads together. */
  cpuNs(): number;
}

interface Process {
  memoryUsage(): MemoryUsage;
  cpuUsage(): { user: number; system: number };
}

/** Finds out how this runtime is asked. */
export function createProcessUsage(): ProcessUsage {
  const { Deno, process } = globalThis as unknown as {
    Deno?: { memoryUsage(): MemoryUsage };
    process: Process;
  };
  if (Deno === undefined) {
    const { memoryUsage, cpuUsage } = process;
    return {
      memory: () => Reflect.apply(memoryUsage, process, []),
      cpuNs: () => toNs(Reflect.apply(cpuUsage, process, [])),
    };
  }
  const { memoryUsage } = Deno;
  let node: Process | undefined;
  return {
    memory: () => memoryUsage(),
    cpuNs: () => toNs((node ??= builtin<Process>("node:process")).cpuUsage()),
  };
}

function toNs({ user, system }: { user: number; system: number }): number {
  return (user + system) * 1_000;
}
