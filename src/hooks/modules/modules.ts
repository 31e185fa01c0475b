/**
 * The loading of modules: which of them make a program's start slow.
 *
 * On Bun nobody tells when a package runs. There a file of the program's, if
 * its functions are recorded, has the time of the packages that it is the first
 * to import.
 *
 * @module
 */
import { runtimeName } from "../../runtime/self.ts";
import { type Hook, HookUnavailable } from "../hook.ts";
import { ModuleSpans } from "./module_spans.ts";

export const modules: Hook = {
  name: "module",
  runtimes: ["deno", "bun", "node"],
  install({ recorder, config, watchLoading }) {
    if (runtimeName() === "bun" && !config.functions.enabled) {
      throw new HookUnavailable("on Bun only where functions are recorded");
    }
    watchLoading(new ModuleSpans(recorder, config.functions));
  },
};
