/**
 * Processes that the program starts: their spans, and what they need to be
 * recorded in the same run.
 *
 * @module
 */
import { runtimeName } from "../../runtime/self.ts";
import type { Hook } from "../hook.ts";
import { observeBunSpawn } from "./bun_spawn.ts";
import { observeChildProcess } from "./child_process.ts";
import { observeDenoCommand } from "./deno_command.ts";

export const processes: Hook = {
  name: "process",
  runtimes: ["deno", "bun", "node"],
  install(context) {
    if (runtimeName() === "deno") observeDenoCommand(context);
    if (runtimeName() === "bun") observeBunSpawn(context);
    observeChildProcess(context);
  },
};
