/**
 * Records the functions of the program's own files.
 *
 * @module
 */
import type { FunctionSelection } from "../../model/program_config.ts";
import type { FunctionTracer } from "../../recorder/function_tracer.ts";
import { runtimeName } from "../../runtime/self.ts";
import type { OwnFiles } from "../bun_files.ts";
import type { LoadFile } from "../module_hooks.ts";
import { createBunLoader } from "./bun_loader.ts";
import { createDenoLoader } from "./deno_loader.ts";
import { createInstrument } from "./instrument.ts";
import { createNodeLoader } from "./node_loader.ts";
import type { Parsers } from "./parsers.ts";
import { selectionPattern } from "./selection.ts";

/** How files are instrumented, for the part that loads them. */
export interface FunctionFiles {
  /** Deno and Node. */
  load?: LoadFile;
  bun?: OwnFiles;
}

/**
 * Prepares to instrument files.
 *
 * @param parsers Needed on Deno.
 * @returns What has to be done to the files on their way in.
 */
export function installFunctions(
  selection: FunctionSelection,
  options: {
    tracer: FunctionTracer;
    parsers: Parsers | undefined;
    /** Bun: called before a file of the program's that imports packages or built-in modules. */
    onImports: (source: string) => void;
  },
): FunctionFiles {
  const { tracer, parsers } = options;
  const pattern = selectionPattern(selection);
  const instrument = createInstrument({
    tracer,
    root: selection.root,
    codec: parsers?.codec,
    keepsThrowSites: runtimeName() !== "deno",
  });
  if (runtimeName() === "bun") {
    return { bun: createBunLoader(instrument, { pattern, onImports: options.onImports }) };
  }
  if (runtimeName() === "node") return { load: createNodeLoader(instrument, pattern) };
  return parsers === undefined ? {} : { load: createDenoLoader(instrument, { pattern, parsers }) };
}
