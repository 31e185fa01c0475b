/**
 * Records the functions of the program's own files.
 *
 * @module
 */
import type { FunctionSelection } from "../../model/program_config.ts";
import type { FunctionTracer } from "../../recorder/function_tracer.ts";
import { runtimeName } from "../../runtime/self.ts";
import type { LoadFile } from "../module_hooks.ts";
import { installBunLoader } from "./bun_loader.ts";
import { createDenoLoader } from "./deno_loader.ts";
import { createInstrument } from "./instrument.ts";
import type { Parsers } from "./parsers.ts";
import { selectionPattern } from "./selection.ts";

/**
 * Starts to instrument files.
 *
 * @param parsers Needed on Deno.
 * @returns On Deno, what the module hooks have to call.
 */
export function installFunctions(
  selection: FunctionSelection,
  options: {
    tracer: FunctionTracer;
    parsers: Parsers | undefined;
    /** Bun: called before a file of the program's that imports packages or built-in modules. */
    onImports: () => void;
  },
): LoadFile | undefined {
  const { tracer, parsers } = options;
  const pattern = selectionPattern(selection);
  const instrument = createInstrument({
    tracer,
    root: selection.root,
    codec: parsers?.codec,
    keepsThrowSites: runtimeName() === "bun",
  });
  if (runtimeName() === "bun") {
    installBunLoader(instrument, { pattern, onImports: options.onImports });
    return undefined;
  }
  return parsers === undefined ? undefined : createDenoLoader(instrument, { pattern, parsers });
}
