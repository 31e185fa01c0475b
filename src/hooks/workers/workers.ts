/**
 * Workers that the program starts: their spans, and their joining of the run.
 *
 * @module
 */
import { runtimeName } from "../../runtime/self.ts";
import type { Hook } from "../hook.ts";
import { observeDenoWorkers } from "./deno_workers.ts";
import { observeThreads } from "./threads.ts";

export const workers: Hook = {
  name: "worker",
  runtimes: ["deno", "bun", "node"],
  install(context) {
    if (runtimeName() === "deno") observeDenoWorkers(context);
    else observeThreads(context);
  },
};
